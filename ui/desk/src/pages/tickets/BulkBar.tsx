import { useMutation, useQueryClient } from "@tanstack/react-query";
import { App, Button, Form, Input, Modal, Select } from "antd";
import { useState } from "react";

import { post } from "../../api/client";
import { keys } from "../../api/keys";
import type { BulkAction, BulkDone } from "../../api/types";
import { ErrorNote, explain } from "../../parts/ErrorNote";
import { useTexts } from "../../texts/texts";
import { options, teamOptions, useTeam, useVocabulary } from "./data";

const ACTIONS: readonly BulkAction[] = ["assign", "department", "priority", "close"];

interface Props {
  chosen: readonly string[];
  onDone: () => void;
}

/** One thing done to many tickets; each that refuses is named with why. */
export function BulkBar({ chosen, onDone }: Props) {
  const texts = useTexts();
  const words = texts.tickets.bulk;
  const { message, modal } = App.useApp();
  const client = useQueryClient();
  const [action, setAction] = useState<BulkAction | null>(null);
  const { mutate, isPending, error, reset } = useMutation({
    mutationFn: (values: Record<string, unknown>) =>
      post<BulkDone>("/tickets/bulk", { numbers: chosen, action, ...values }),
    onSuccess: ({ done, refused }) => {
      setAction(null);
      onDone();
      void client.invalidateQueries({ queryKey: keys.tickets });
      void client.invalidateQueries({ queryKey: keys.counts });
      if (done.length) void message.success(words.done(done.length));
      if (refused.length) {
        modal.warning({
          title: words.refused(refused.length),
          okText: texts.frame.parts.close,
          content: (
            <ul className="plain">
              {refused.map(({ number, reason }) => (
                <li key={number}>
                  {number} {(texts.frame.errors as Record<string, string>)[reason] ?? reason}
                </li>
              ))}
            </ul>
          ),
        });
      }
    },
    onError: (problem) => void (action === "close" && message.error(explain(problem, texts))),
  });
  return (
    <div className="bulk" role="toolbar" aria-label={words.chosen(chosen.length)}>
      <strong>{words.chosen(chosen.length)}</strong>
      {ACTIONS.map((each) => (
        <Button
          key={each}
          size="small"
          onClick={() => {
            reset();
            setAction(each);
          }}
        >
          {words[each]}
        </Button>
      ))}
      <Button size="small" type="link" onClick={onDone}>
        {words.clear}
      </Button>
      {action && (
        <Modal
          open
          title={`${words[action]}: ${words.chosen(chosen.length)}`}
          onCancel={() => setAction(null)}
          okButtonProps={{ htmlType: "submit", form: "bulk", loading: isPending }}
        >
          <Form id="bulk" layout="vertical" onFinish={(values: Record<string, unknown>) => mutate(values)}>
            <BulkFields action={action} />
            <ErrorNote error={error} />
          </Form>
        </Modal>
      )}
    </div>
  );
}

function BulkFields({ action }: { action: BulkAction }) {
  const texts = useTexts();
  const words = texts.tickets;
  const rules = [{ required: true, message: texts.frame.parts.required }];
  const team = useTeam().data;
  const vocabulary = useVocabulary().data;
  switch (action) {
    case "assign":
      return (
        <Form.Item name="to" label={words.fields.to} rules={rules}>
          <Select showSearch={{ optionFilterProp: "label" }} options={teamOptions(team)} />
        </Form.Item>
      );
    case "department":
      return (
        <>
          <Form.Item name="department" label={words.fields.department} rules={rules}>
            <Select showSearch={{ optionFilterProp: "label" }} options={options(vocabulary?.departments)} />
          </Form.Item>
          <Form.Item name="note" label={words.bulk.note} rules={rules}>
            <Input.TextArea maxLength={500} rows={2} />
          </Form.Item>
        </>
      );
    case "priority":
      return (
        <Form.Item name="priority" label={words.page.priority} rules={rules}>
          <Select
            options={Object.entries(words.bulk.priorities).map(([value, label]) => ({ value: Number(value), label }))}
          />
        </Form.Item>
      );
    case "close":
      return <p>{words.hints.close}</p>;
  }
}
