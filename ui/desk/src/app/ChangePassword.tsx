import { useMutation, useQueryClient } from "@tanstack/react-query";
import { App, Button, Form, Input } from "antd";

import { post } from "../api/client";
import { keys } from "../api/keys";
import { learned, useMe } from "../api/session";
import type { Me } from "../api/types";
import { ErrorNote } from "../parts/ErrorNote";
import { useTexts } from "../texts/texts";

interface Given {
  old: string;
  new: string;
  again: string;
}

interface Props {
  onDone?: () => void;
}

export function ChangePassword({ onDone }: Props) {
  const texts = useTexts();
  const words = texts.frame.password;
  const me = useMe();
  const client = useQueryClient();
  const { message } = App.useApp();
  const { mutate, isPending, error } = useMutation({
    mutationFn: (given: Given) => post<Me>("/password", { old: given.old, new: given.new }),
    onSuccess: (changed) => {
      client.setQueryData(keys.me, learned(changed));
      void message.success(words.done);
      onDone?.();
    },
  });
  const required = [{ required: true, message: texts.frame.parts.required }];
  return (
    <Form<Given> layout="vertical" requiredMark={false} onFinish={(given) => mutate(given)}>
      {/* Password managers ask whose password this is. */}
      <input type="text" autoComplete="username" value={me.number} readOnly hidden />
      <Form.Item name="old" label={words.old} rules={required}>
        <Input.Password autoComplete="current-password" maxLength={200} autoFocus />
      </Form.Item>
      <Form.Item name="new" label={words.new} rules={required} extra={words.hint}>
        <Input.Password autoComplete="new-password" maxLength={200} />
      </Form.Item>
      <Form.Item
        name="again"
        label={words.again}
        dependencies={["new"]}
        rules={[
          ...required,
          ({ getFieldValue }) => ({
            validator: (_, value: string) =>
              !value || value === getFieldValue("new") ? Promise.resolve() : Promise.reject(new Error(words.differ)),
          }),
        ]}
      >
        <Input.Password autoComplete="new-password" maxLength={200} />
      </Form.Item>
      <ErrorNote error={error} />
      <Button type="primary" htmlType="submit" block loading={isPending}>
        {words.submit}
      </Button>
    </Form>
  );
}
