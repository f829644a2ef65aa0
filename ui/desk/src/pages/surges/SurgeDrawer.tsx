import { App, Button, Drawer, Form, Input } from "antd";
import { useState } from "react";
import { Link } from "wouter";

import { keys } from "../../api/keys";
import { useWorkStep } from "../../api/step";
import type { Surge } from "../../api/types";
import { ErrorNote } from "../../parts/ErrorNote";
import { Facts } from "../../parts/Facts";
import { ReasonDialog } from "../../parts/ReasonDialog";
import { fromField, fullTime } from "../../parts/times";
import { useTexts } from "../../texts/texts";

interface Props {
  surge: Surge;
  onChange: (surge: Surge) => void;
  onClose: () => void;
}

interface Said {
  words: string;
  repaired_by?: string;
}

/** An incident with its tickets; who decides says whether it is one, what customers are told, and when it is over. */
export function SurgeDrawer({ surge, onChange, onClose }: Props) {
  const words = useTexts().surges;
  const { message } = App.useApp();
  const [isDismissing, setDismissing] = useState(false);
  const { mutate, mutateAsync, error, isPending } = useWorkStep<Surge>(`/surges/${surge.id}`, [keys.surges], (now) => {
    void message.success(words.done);
    onChange(now);
  });
  const { can } = surge;
  return (
    <Drawer
      open
      title={`${surge.title ?? surge.category_title} ${surge.area ?? words.everywhere}`}
      size={480}
      onClose={onClose}
    >
      <Facts
        facts={[
          [words.found, fullTime(surge.found_at)],
          [words.categories, surge.title && surge.category_title],
          [words.how, words.kinds[surge.kind] ?? surge.kind],
          [words.tickets, words.count(surge.count)],
          [words.usual, surge.usual],
          [words.owner, surge.owner],
          [words.words, surge.words],
          [words.repairedBy, surge.repaired_by && fullTime(surge.repaired_by)],
        ]}
      />
      {surge.tickets.length > 0 && (
        <>
          <h2 className="small-head">{words.tickets}</h2>
          <ul className="plain">
            {surge.tickets.map(({ number, created_at }) => (
              <li key={number}>
                <Link href={`/tickets/${number}`}>{number}</Link> <span className="faint">{fullTime(created_at)}</span>
              </li>
            ))}
          </ul>
        </>
      )}
      <ErrorNote error={error} />
      {(can.includes("take") || can.includes("dismiss")) && (
        <div className="form-actions">
          {can.includes("dismiss") && (
            <Button danger onClick={() => setDismissing(true)}>
              {words.dismiss}
            </Button>
          )}
          {can.includes("take") && (
            <Button loading={isPending} onClick={() => mutate({ step: "take" })}>
              {words.take}
            </Button>
          )}
        </div>
      )}
      {can.includes("confirm") && (
        <Say
          step="confirm"
          title={words.confirmTitle}
          hint={words.confirmHint}
          submit={words.confirm}
          initial={surge.words ?? ""}
          withRepair
          isPending={isPending}
          onSay={({ words: said, repaired_by: by }) =>
            mutate({ step: "confirm", body: { words: said, repaired_by: fromField(by) } })
          }
        />
      )}
      {can.includes("clear") && (
        <Say
          step="clear"
          title={words.clearTitle}
          hint={words.clearHint}
          submit={words.clear}
          isPending={isPending}
          onSay={({ words: said }) => mutate({ step: "clear", body: { words: said } })}
        />
      )}
      {isDismissing && (
        <ReasonDialog
          title={words.dismissTitle}
          hint={words.dismissHint}
          onReason={(reason) => mutateAsync({ step: "dismiss", body: { reason } })}
          onClose={() => setDismissing(false)}
        />
      )}
    </Drawer>
  );
}

interface SayProps {
  /** Keeps the ids of its fields apart from those of the other. */
  step: string;
  title: string;
  hint: string;
  submit: string;
  initial?: string;
  withRepair?: boolean;
  isPending: boolean;
  onSay: (said: Said) => void;
}

/** What customers are told. */
function Say({ step, title, hint, submit, initial = "", withRepair = false, isPending, onSay }: SayProps) {
  const texts = useTexts();
  const words = texts.surges;
  return (
    <Form<Said> name={step} layout="vertical" initialValues={{ words: initial }} onFinish={onSay}>
      <h2 className="small-head">{title}</h2>
      <p className="hint">{hint}</p>
      <Form.Item
        name="words"
        label={words.words}
        rules={[{ required: true, whitespace: true, message: texts.frame.parts.required }]}
      >
        <Input.TextArea rows={3} maxLength={200} />
      </Form.Item>
      {withRepair && (
        <Form.Item name="repaired_by" label={words.repairHint}>
          <Input type="datetime-local" />
        </Form.Item>
      )}
      <div className="form-actions">
        <Button type="primary" htmlType="submit" loading={isPending}>
          {submit}
        </Button>
      </div>
    </Form>
  );
}
