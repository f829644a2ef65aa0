import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Button, Form, Input } from "antd";

import { post } from "../api/client";
import { become } from "../api/session";
import type { Me } from "../api/types";
import { ErrorNote } from "../parts/ErrorNote";
import { useTexts } from "../texts/texts";
import { Door } from "./Door";

interface Given {
  number: string;
  password: string;
}

export function SignIn() {
  const texts = useTexts();
  const words = texts.frame.signIn;
  const client = useQueryClient();
  const { mutate, isPending, error } = useMutation({
    mutationFn: ({ number, password }: Given) => post<Me>("/sign-in", { number: number.trim(), password }),
    onSuccess: (me) => become(client, me),
  });
  const required = [{ required: true, message: texts.frame.parts.required }];
  return (
    <Door title={words.title}>
      <Form<Given> layout="vertical" requiredMark={false} onFinish={(given) => mutate(given)}>
        <Form.Item name="number" label={words.number} rules={required}>
          <Input autoComplete="username" autoFocus maxLength={16} />
        </Form.Item>
        <Form.Item name="password" label={words.password} rules={required}>
          <Input.Password autoComplete="current-password" maxLength={200} visibilityToggle={false} />
        </Form.Item>
        <ErrorNote error={error} />
        <Button type="primary" htmlType="submit" block loading={isPending}>
          {words.submit}
        </Button>
      </Form>
    </Door>
  );
}
