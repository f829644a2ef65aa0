import { Alert, App, Button, Drawer, Form, Input } from "antd";
import { useState } from "react";
import { Link } from "wouter";

import { keys } from "../../api/keys";
import { useWorkStep } from "../../api/step";
import type { Redress } from "../../api/types";
import { ErrorNote } from "../../parts/ErrorNote";
import { Facts } from "../../parts/Facts";
import { ReasonDialog } from "../../parts/ReasonDialog";
import { fullTime } from "../../parts/times";
import { useTexts } from "../../texts/texts";

interface Props {
  redress: Redress;
  onChange: (redress: Redress) => void;
  onClose: () => void;
}

/** By which law, worked out from what; approved or declined by who decides. */
export function RedressDrawer({ redress, onChange, onClose }: Props) {
  const words = useTexts().redress;
  const { message } = App.useApp();
  const [isDeclining, setDeclining] = useState(false);
  const stale = [keys.redress, keys.ticket(redress.ticket)];
  const { mutate, mutateAsync, error, isPending } = useWorkStep<Redress>(`/redress/${redress.id}`, stale, (now) => {
    void message.success(words.done);
    onChange(now);
  });
  const { can } = redress;
  return (
    <Drawer open title={redress.law_title} size={480} onClose={onClose}>
      <Facts
        facts={[
          [
            words.ticket,
            <Link key="" href={`/tickets/${redress.ticket}`}>
              {redress.ticket}
            </Link>,
          ],
          [words.amount, <b key="">{redress.amount_text ?? words.noAmount}</b>],
          [words.law, redress.citation],
          ["", redress.says],
          [words.proposed, fullTime(redress.proposed_at)],
          [words.decidedBy, redress.decided_by],
          [words.reason, redress.reason],
          [words.toldAt, redress.told_at && fullTime(redress.told_at)],
        ]}
      />
      <h2 className="small-head">{words.basis}</h2>
      <table className="basis">
        <tbody>
          {redress.basis.map(({ title, value }) => (
            <tr key={title}>
              <th scope="row">{title}</th>
              <td>{value}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {redress.missing.length > 0 && (
        <p className="hint">{words.missing(redress.missing.map(({ title }) => title).join("、"))}</p>
      )}
      {can.includes("facts") && (
        <FactsForm
          key={redress.basis.map(({ value }) => value).join()}
          redress={redress}
          isPending={isPending}
          onFacts={(facts) => mutate({ step: "facts", body: { facts } })}
        />
      )}
      {redress.lasts && can.includes("approve") && <Alert type="warning" showIcon title={words.lasts} />}
      {can.includes("approve") && <p className="hint">{words.approveHint}</p>}
      <ErrorNote error={error} />
      <div className="form-actions">
        {can.includes("decline") && (
          <Button danger onClick={() => setDeclining(true)}>
            {words.decline}
          </Button>
        )}
        {can.includes("approve") && (
          <Button type="primary" loading={isPending} onClick={() => mutate({ step: "approve" })}>
            {words.approve}
          </Button>
        )}
        {can.includes("told") && (
          <Button type="primary" loading={isPending} onClick={() => mutate({ step: "told" })}>
            {words.told}
          </Button>
        )}
      </div>
      {isDeclining && (
        <ReasonDialog
          title={words.declineTitle}
          hint={words.declineHint}
          onReason={(reason) => mutateAsync({ step: "decline", body: { reason } })}
          onClose={() => setDeclining(false)}
        />
      )}
    </Drawer>
  );
}

interface FactsProps {
  redress: Redress;
  isPending: boolean;
  onFacts: (facts: { name: string; value: string }[]) => void;
}

/** What is left empty stays as it is. */
function FactsForm({ redress, isPending, onFacts }: FactsProps) {
  const words = useTexts().redress;
  const send = (typed: Record<string, string | undefined>): void => {
    const facts = Object.entries(typed).flatMap(([name, value]) =>
      value?.trim() ? [{ name, value: value.trim() }] : [],
    );
    if (facts.length) onFacts(facts);
  };
  return (
    <Form layout="vertical" onFinish={send}>
      <h2 className="small-head">{words.facts}</h2>
      {redress.facts.map(({ name, title, unit }) => (
        <Form.Item key={name} name={name} label={`${title}（${unit}）`}>
          <Input maxLength={20} autoComplete="off" />
        </Form.Item>
      ))}
      <div className="form-actions">
        <Button htmlType="submit" loading={isPending}>
          {words.saveFacts}
        </Button>
      </div>
    </Form>
  );
}
