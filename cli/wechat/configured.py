"""What can be seen of a configuration without asking anybody."""

from __future__ import annotations

from urllib.parse import urlsplit

from care.settings import Settings
from cli.wechat.findings import Finding, State


def seen(given: Settings) -> list[Finding]:
    findings = [*_official(given), _kf(given), _mini(given)]
    if given.serves_wechat or given.serves_wecom or given.serves_mini:
        findings.append(_public_address(given))
    return findings


def _official(given: Settings) -> list[Finding]:
    needed = {
        "QUANYI_WECHAT_APP_ID": given.wechat_app_id,
        "QUANYI_WECHAT_TOKEN": given.wechat_token.get_secret_value(),
        "QUANYI_WECHAT_AES_KEY": given.wechat_aes_key.get_secret_value(),
    }
    secret = given.wechat_secret.get_secret_value()
    findings = [_complete("公众号", needed, begun=bool(secret))]
    if given.serves_wechat and not secret:
        told = "without QUANYI_WECHAT_SECRET nothing can be pushed and no picture fetched"
        findings.append(Finding("公众号", "secret", State.WRONG if given.wechat_push == "on" else State.UNKNOWN, told))
    if given.serves_wechat and given.wechat_mode == "plain":
        told = "messages are taken unencrypted as well: choose 安全模式 in the console and QUANYI_WECHAT_MODE=aes"
        findings.append(Finding("公众号", "mode", State.UNKNOWN, told))
    if given.wechat_menu == "msgmenu" and given.wechat_push == "off":
        told = "QUANYI_WECHAT_MENU=msgmenu needs the push right: the numbered list is used"
        findings.append(Finding("公众号", "choices", State.WRONG, told))
    if bool(given.wechat_template) != bool(given.wechat_template_fields):
        told = "QUANYI_WECHAT_TEMPLATE and QUANYI_WECHAT_TEMPLATE_FIELDS belong together: set both or none"
        findings.append(Finding("公众号", "template", State.WRONG, told))
    return findings


def _kf(given: Settings) -> Finding:
    needed = {
        "QUANYI_WECOM_CORP_ID": given.wecom_corp_id,
        "QUANYI_WECOM_SECRET": given.wecom_secret.get_secret_value(),
        "QUANYI_WECOM_TOKEN": given.wecom_token.get_secret_value(),
        "QUANYI_WECOM_AES_KEY": given.wecom_aes_key.get_secret_value(),
    }
    return _complete("微信客服", needed)


def _mini(given: Settings) -> Finding:
    needed = {"QUANYI_MINI_APP_ID": given.mini_app_id, "QUANYI_MINI_SECRET": given.mini_secret.get_secret_value()}
    return _complete("小程序", needed)


def _complete(part: str, needed: dict[str, str], *, begun: bool = False) -> Finding:
    """`begun`: something of it that is not needed is set."""
    missing = [name for name, value in needed.items() if not value]
    if not missing:
        return Finding(part, "settings", State.OK, "complete")
    if len(missing) == len(needed) and not begun:
        return Finding(part, "settings", State.OFF, f"not set up ({', '.join(needed)})")
    return Finding(part, "settings", State.WRONG, f"set {', '.join(missing)} as well, or none of them")


def _public_address(given: Settings) -> Finding:
    parts = urlsplit(given.public_url)
    if not given.public_url:
        told = "set it: links in messages begin with it, and so does the address for the console"
        return Finding("address", "QUANYI_PUBLIC_URL", State.WRONG, told)
    if parts.scheme != "https" or parts.port not in (None, 443):
        told = "the platforms call port 443 (https) or 80 only, and a mini program only https: put a proxy in front"
        return Finding("address", "QUANYI_PUBLIC_URL", State.WRONG, told)
    paths = {
        "/channels/wechat": given.serves_wechat,
        "/channels/wechat/kf": given.serves_wecom,
        "/channels/wechat/mini/session": given.serves_mini,
    }
    served = ", ".join(f"{given.public_url}{path}" for path, is_served in paths.items() if is_served)
    return Finding("address", "for the console", State.OK, served)
