import { App, Button, Drawer, Form, Input, InputNumber, Select } from "antd";
import { Link } from "wouter";

import { post } from "../../api/client";
import { keys } from "../../api/keys";
import { useMay } from "../../api/session";
import { useWorkStep } from "../../api/step";
import type { Task } from "../../api/types";
import { ErrorNote } from "../../parts/ErrorNote";
import { Facts } from "../../parts/Facts";
import { Masked } from "../../parts/Masked";
import { fromField, fullTime } from "../../parts/times";
import { useTexts } from "../../texts/texts";
import { options } from "../tickets/data";

interface Props {
  task: Task;
  onChange: (task: Task) => void;
  onClose: () => void;
}

interface Found {
  outcome: string;
  score?: number;
  note?: string;
}

/** What is said to the customer, and what came of it. */
export function TaskDrawer({ task, onChange, onClose }: Props) {
  const texts = useTexts();
  const words = texts.tasks;
  const { message } = App.useApp();
  const reveals = useMay("reveal");
  const path = `/tasks/${task.id}`;
  const stale = [keys.tasks, keys.coverage, ...(task.ticket ? [keys.ticket(task.ticket)] : [])];
  const { mutate, error, isPending } = useWorkStep<Task>(path, stale, (now) => {
    void message.success(words.done);
    // Whoever only takes it wants to go on.
    if (now.status === "open" && now.tries === task.tries) onChange(now);
    else onClose();
  });
  const reveal = async (reason: string): Promise<string> =>
    (await post<{ phone: string }>(`${path}/reveal`, { reason })).phone;
  return (
    <Drawer open title={task.kind_title} size={480} onClose={onClose}>
      <Facts
        facts={[
          [words.ticket, task.ticket && <Link href={`/tickets/${task.ticket}`}>{task.ticket}</Link>],
          [
            words.conversation,
            task.conversation && <Link href={`/chats/${task.conversation}`}>{words.openConversation}</Link>,
          ],
          [texts.tickets.columns.category, task.category_title],
          [
            words.customer,
            <Masked
              key=""
              value={task.customer_masked}
              title={words.customer}
              onReveal={reveals ? reveal : undefined}
            />,
          ],
          [words.department, task.department_title],
          [words.assignee, task.assignee ?? words.nobody],
          [words.due, fullTime(task.due_at)],
          [words.tries, task.tries || null],
          [words.nextTry, task.next_try_at && fullTime(task.next_try_at)],
          [words.outcome, task.outcome_title],
          [words.score, task.score],
          [words.doneAt, task.done_at && fullTime(task.done_at)],
        ]}
      />
      <h2 className="small-head">{words.script}</h2>
      <ol className="script">
        {task.script.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ol>
      {task.status === "open" && task.can.length === 0 && <p className="hint">{words.waits}</p>}
      <ErrorNote error={error} />
      {task.can.includes("take") && (
        <div className="form-actions">
          <Button loading={isPending} onClick={() => mutate({ step: "take" })}>
            {words.take}
          </Button>
        </div>
      )}
      {task.can.includes("done") && (
        <Finish task={task} isPending={isPending} onFinish={(body) => mutate({ step: "done", body })} />
      )}
      {task.can.includes("tried") && (
        <Form<{ next?: string }>
          layout="vertical"
          onFinish={({ next }) => mutate({ step: "tried", body: { next_at: fromField(next) } })}
        >
          <h2 className="small-head">{words.triedTitle}</h2>
          <Form.Item name="next" label={words.next}>
            <Input type="datetime-local" />
          </Form.Item>
          <div className="form-actions">
            <Button htmlType="submit" loading={isPending}>
              {words.tried}
            </Button>
          </div>
        </Form>
      )}
    </Drawer>
  );
}

interface FinishProps {
  task: Task;
  isPending: boolean;
  onFinish: (found: unknown) => void;
}

function Finish({ task, isPending, onFinish }: FinishProps) {
  const texts = useTexts();
  const words = texts.tasks;
  const [form] = Form.useForm<Found>();
  const outcome = Form.useWatch("outcome", form);
  const needsScore = task.outcomes.find(({ name }) => name === outcome)?.needs_score ?? false;
  const required = [{ required: true, message: texts.frame.parts.required }];
  return (
    <Form<Found>
      form={form}
      layout="vertical"
      onFinish={({ outcome: name, score, note }) =>
        onFinish({ outcome: name, score: score ?? null, note: note?.trim() || null })
      }
    >
      <h2 className="small-head">{words.finish}</h2>
      <Form.Item name="outcome" label={words.outcome} rules={required}>
        <Select options={options(task.outcomes)} />
      </Form.Item>
      {needsScore && (
        <Form.Item name="score" label={words.score} rules={required}>
          <InputNumber min={1} max={10} precision={0} />
        </Form.Item>
      )}
      <Form.Item name="note" label={words.note}>
        <Input.TextArea rows={3} maxLength={2_000} />
      </Form.Item>
      <div className="form-actions">
        <Button type="primary" htmlType="submit" loading={isPending}>
          {words.finish}
        </Button>
      </div>
    </Form>
  );
}
