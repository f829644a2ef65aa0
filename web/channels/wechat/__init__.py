"""WeChat: 公众号, 微信客服, mini program. What comes in is verified and parsed here; `care.wechat` sends."""
