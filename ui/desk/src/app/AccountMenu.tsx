import { UserOutlined } from "@ant-design/icons";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { App, Button, Dropdown, Switch } from "antd";

import { post } from "../api/client";
import { keys } from "../api/keys";
import { become, useMay, useMe } from "../api/session";
import type { Me, Presence } from "../api/types";
import { explain } from "../parts/ErrorNote";
import { useTexts } from "../texts/texts";

interface Props {
  onHelp: () => void;
  onPassword: () => void;
}

export function AccountMenu({ onHelp, onPassword }: Props) {
  const texts = useTexts();
  const words = texts.frame.account;
  const me = useMe();
  const client = useQueryClient();
  const signOut = useMutation({
    mutationFn: () => post("/sign-out"),
    onSettled: () => become(client, null),
  });
  const items = [
    { key: "who", label: `${me.name} · ${texts.frame.roles[me.role]}`, disabled: true },
    { key: "password", label: words.changePassword, onClick: onPassword },
    { key: "keys", label: words.keys, onClick: onHelp },
    { type: "divider" as const },
    { key: "out", label: words.signOut, onClick: () => signOut.mutate() },
  ];
  return (
    <>
      <PresenceSwitch />
      <Dropdown menu={{ items }} trigger={["click"]}>
        <Button type="text" icon={<UserOutlined aria-hidden />} aria-label={`${words.menu} ${me.number}`}>
          {me.number}
        </Button>
      </Dropdown>
    </>
  );
}

/** Whether customers come to this person now. */
function PresenceSwitch() {
  const texts = useTexts();
  const words = texts.frame.account;
  const me = useMe();
  const client = useQueryClient();
  const { message } = App.useApp();
  const { mutate, isPending } = useMutation({
    mutationFn: (state: Presence) => post("/presence", { state }),
    onSuccess: (_, state) =>
      client.setQueryData<Me | null>(keys.me, (before) => before && { ...before, presence: state }),
    onError: (error) => void message.error(explain(error, texts)),
  });
  if (!useMay("queue")) return null;
  return (
    <Switch
      className="presence"
      aria-label={words.presence}
      checked={me.presence === "ready"}
      checkedChildren={words.ready}
      unCheckedChildren={words.away}
      loading={isPending}
      onChange={(isReady) => mutate(isReady ? "ready" : "away")}
    />
  );
}
