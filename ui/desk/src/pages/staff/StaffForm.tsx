import { useMutation, useQueryClient } from "@tanstack/react-query";
import { App, Form, Input, InputNumber, Modal, Select, Switch } from "antd";

import { patch, post } from "../../api/client";
import { keys } from "../../api/keys";
import type { GivenPassword, Role, StaffMember } from "../../api/types";
import { ErrorNote } from "../../parts/ErrorNote";
import { useTexts } from "../../texts/texts";
import { options, useVocabulary } from "../tickets/data";

interface Written {
  number: string;
  name: string;
  role: Role;
  skills: string[];
  load_limit: number;
  /** undefined: cleared. */
  department?: string | null;
  is_head: boolean;
}

interface Props {
  /** null: a new one. */
  member: StaffMember | null;
  onClose: () => void;
  onTold: (number: string, password: string) => void;
}

export function StaffForm({ member, onClose, onTold }: Props) {
  const texts = useTexts();
  const words = texts.admin.staff;
  const { message } = App.useApp();
  const client = useQueryClient();
  const { skills, departments } = useVocabulary().data ?? {};
  const { mutate, isPending, error } = useMutation({
    mutationFn: ({ number, ...written }: Written) => {
      const rest = { ...written, department: written.department ?? null };
      return member
        ? patch<StaffMember>(`/staff/${encodeURIComponent(member.number)}`, rest)
        : post<StaffMember & GivenPassword>("/staff", { number: number.trim(), ...rest });
    },
    onSuccess: (saved) => {
      void client.invalidateQueries({ queryKey: keys.staff });
      void message.success(words.saved);
      onClose();
      if ("password" in saved) onTold(saved.number, saved.password as string);
    },
  });
  const required = [{ required: true, message: texts.frame.parts.required }];
  const roles = Object.entries(texts.frame.roles).map(([value, label]) => ({ value, label }));
  return (
    <Modal
      open
      title={member ? words.edit(member.number) : words.add}
      onCancel={onClose}
      okText={texts.frame.parts.save}
      okButtonProps={{ htmlType: "submit", form: "member", loading: isPending }}
    >
      <Form<Written>
        id="member"
        layout="vertical"
        initialValues={member ?? { role: "agent", skills: [], load_limit: 3, is_head: false }}
        onFinish={(written) => mutate(written)}
      >
        {!member && (
          <Form.Item name="number" label={words.number} extra={words.numberHint} rules={required}>
            <Input maxLength={16} autoComplete="off" />
          </Form.Item>
        )}
        <Form.Item name="name" label={words.name} rules={required}>
          <Input maxLength={40} autoComplete="off" />
        </Form.Item>
        <Form.Item name="role" label={words.role} rules={required}>
          <Select options={roles} />
        </Form.Item>
        <Form.Item name="skills" label={words.skills}>
          <Select mode="multiple" options={options(skills)} />
        </Form.Item>
        <Form.Item name="load_limit" label={words.loadLimit} rules={required}>
          <InputNumber min={1} max={20} />
        </Form.Item>
        <Form.Item name="department" label={words.department}>
          <Select allowClear showSearch={{ optionFilterProp: "label" }} options={options(departments)} />
        </Form.Item>
        <Form.Item name="is_head" label={words.isHead} valuePropName="checked">
          <Switch />
        </Form.Item>
        <ErrorNote error={error} />
      </Form>
    </Modal>
  );
}
