import { useMutation, useQueryClient } from "@tanstack/react-query";
import { App, Button, Checkbox, Drawer, Form, Input, Radio, Select } from "antd";
import { useState } from "react";

import { post } from "../../api/client";
import { keys } from "../../api/keys";
import { useMay } from "../../api/session";
import type { TicketPage } from "../../api/types";
import { ErrorNote } from "../../parts/ErrorNote";
import { PromiseDialog, warningsOf } from "../../parts/PromiseDialog";
import { useTexts } from "../../texts/texts";
import { options, teamOptions, ticketPath, useTeam, useVocabulary } from "./data";
import { FINDINGS, STEPS, type Field, type FormStep } from "./steps";

type Values = Record<string, unknown>;

/** A step of a ticket; what the server answers is the ticket as it is now. */
export function useStep(number: string, step: FormStep | "told") {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (values: Values) => post<TicketPage>(`${ticketPath(number)}/${step}`, inZone(values)),
    onSuccess: (ticket) => {
      client.setQueryData(keys.ticket(number), ticket);
      void client.invalidateQueries({ queryKey: keys.tickets });
      void client.invalidateQueries({ queryKey: keys.counts });
    },
  });
}

/** Times are written and read as they are in China, wherever the browser is. */
function inZone(values: Values): Values {
  const { due_at: due } = values;
  return typeof due === "string" ? { ...values, due_at: `${due}:00+08:00` } : values;
}

interface Props {
  ticket: Pick<TicketPage, "number" | "complexity" | "needs_findings">;
  step: FormStep;
  onClose: () => void;
}

export function StepDrawer({ ticket, step, onClose }: Props) {
  const texts = useTexts();
  const words = texts.tickets;
  const { message } = App.useApp();
  const { mutate, error, isPending, reset, variables } = useStep(ticket.number, step);
  const [isTouched, setTouched] = useState(false);
  const hints: Partial<Record<FormStep, string>> = words.hints;
  const { isDanger } = STEPS[step];
  const fields = step === "close" && ticket.needs_findings ? FINDINGS : STEPS[step].fields;
  const send = (values: Values): void =>
    mutate(values, {
      onSuccess: () => {
        void message.success(`${words.steps[step]}: ${words.page.stepDone}`);
        onClose();
      },
    });
  const warnings = warningsOf(error);
  return (
    <Drawer
      open
      title={`${words.steps[step]} · ${ticket.number}`}
      size={480}
      // What was written is not lost by a click beside it.
      mask={{ closable: !isTouched }}
      onClose={onClose}
    >
      <Form<Values>
        layout="vertical"
        onFinish={send}
        onValuesChange={() => setTouched(true)}
        initialValues={initial(ticket)}
      >
        {hints[step] && <p className="hint">{hints[step]}</p>}
        {fields.map((field) => (
          <StepField key={field.label} field={field} />
        ))}
        {!warnings && <ErrorNote error={error} />}
        <div className="form-actions">
          <Button onClick={onClose}>{texts.frame.parts.cancel}</Button>
          <Button type="primary" danger={isDanger ?? false} htmlType="submit" loading={isPending}>
            {words.steps[step]}
          </Button>
        </div>
      </Form>
      {warnings && (
        <PromiseDialog
          warnings={warnings}
          onClose={reset}
          onConfirm={() => send({ ...(variables as Values), confirmed: true })}
        />
      )}
    </Drawer>
  );
}

/** What is likely: the form begins with it. */
function initial(ticket: Props["ticket"]): Values {
  return { kind: "related" as const, complexity: ticket.complexity === "simple" ? "complex" : "simple" };
}

function StepField({ field }: { field: Field }) {
  const texts = useTexts();
  const label = texts.tickets.fields[field.label];
  const rules = field.isOptional ? [] : [{ required: true, message: texts.frame.parts.required }];
  if (field.kind === "person") return <PersonField name="to" label={label} />;
  if (field.kind === "check")
    return (
      <Form.Item name={field.name} valuePropName="checked">
        <Checkbox>{label}</Checkbox>
      </Form.Item>
    );
  return (
    <Form.Item name={field.name} label={label} rules={rules}>
      <StepInput kind={field.kind} />
    </Form.Item>
  );
}

interface InputProps {
  kind: FieldKindWithInput;
  id?: string;
  value?: string;
  onChange?: (value: unknown) => void;
}
type FieldKindWithInput = Exclude<Field["kind"], "person" | "check">;

function StepInput({ kind, ...given }: InputProps) {
  const texts = useTexts();
  const { page: words, bulk } = texts.tickets;
  const { yes, no } = texts.frame.parts;
  const vocabulary = useVocabulary().data;
  const searchable = { showSearch: { optionFilterProp: "label" as const } };
  switch (kind) {
    case "words":
      return <Input.TextArea {...given} autoFocus maxLength={12_000} rows={6} />;
    case "line":
    case "ticket":
      return <Input {...given} maxLength={200} />;
    case "department":
      return <Select {...given} {...searchable} options={options(vocabulary?.departments)} />;
    case "cause":
      return <Select {...given} {...searchable} options={options(vocabulary?.causes)} />;
    case "yesno":
      return (
        <Radio.Group
          {...given}
          options={[
            { value: true, label: yes },
            { value: false, label: no },
          ]}
        />
      );
    case "time":
      return <Input {...given} type="datetime-local" />;
    case "outcome":
      return <Select {...given} options={options(vocabulary?.outcomes)} />;
    case "complexity":
      return <Select {...given} options={choices(words.complexities)} />;
    case "priority":
      return <Select {...given} options={priorities(bulk.priorities)} />;
    case "link":
      return <Select {...given} options={choices(words.linkKinds)} />;
  }
}

const choices = (words: Record<string, string>) => Object.entries(words).map(([value, label]) => ({ value, label }));

const priorities = (words: Record<string, string>) =>
  Object.entries(words).map(([value, label]) => ({ value: Number(value), label }));

/** To whom; only who decides gives it to others, or to nobody. */
function PersonField({ name, label }: { name: string; label: string }) {
  const texts = useTexts();
  const decides = useMay("decide");
  const team = useTeam().data;
  const nobody = { value: null, label: texts.tickets.fields.nobody };
  const list: { value: string | null; label: string }[] = teamOptions(team);
  return (
    <Form.Item name={name} label={label} rules={[{ validator: given(texts.frame.parts.required) }]}>
      <Select showSearch={{ optionFilterProp: "label" }} options={decides ? [nobody, ...list] : list} />
    </Form.Item>
  );
}

/** `null` is an answer too: nobody. */
const given = (why: string) => (_: unknown, value: unknown) =>
  value === undefined ? Promise.reject(new Error(why)) : Promise.resolve();
