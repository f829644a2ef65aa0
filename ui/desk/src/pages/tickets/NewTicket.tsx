import { useMutation, useQueryClient } from "@tanstack/react-query";
import { App, Button, Checkbox, Form, Input, Radio, Select } from "antd";
import { useEffect, useState } from "react";
import { useLocation, useSearch } from "wouter";

import { post } from "../../api/client";
import { keys } from "../../api/keys";
import type { NewTicket as Entry, TicketKind, TicketPage } from "../../api/types";
import { Block } from "../../parts/Block";
import { ErrorNote } from "../../parts/ErrorNote";
import { newId } from "../../parts/ids";
import { useTexts } from "../../texts/texts";
import { AppealFields } from "./AppealFields";
import { CallbackField } from "./CallbackField";
import { options, useVocabulary } from "./data";
import { channelsFor, entryOf, type Written } from "./entry";
import { Find } from "./Find";

const KINDS: readonly TicketKind[] = ["complaint", "fault", "appeal", "callback"];

/** What came in by telephone, at a counter, in social media, from a supervisor of the public, or in a letter. */
export default function NewTicket() {
  const texts = useTexts();
  const words = texts.tickets.entry;
  const [, navigate] = useLocation();
  const conversation = new URLSearchParams(useSearch()).get("conversation");
  const { message } = App.useApp();
  const client = useQueryClient();
  const [form] = Form.useForm<Written>();
  const [entryId] = useState(newId);
  const [isTouched, setTouched] = useState(false);
  const kind = Form.useWatch("kind", form) ?? "complaint";
  const vocabulary = useVocabulary().data;
  const { mutate, isPending, isSuccess, error } = useMutation({
    mutationFn: (entry: Entry) => post<TicketPage>("/tickets", entry),
    onSuccess: (ticket) => {
      client.setQueryData(keys.ticket(ticket.number), ticket);
      void client.invalidateQueries({ queryKey: keys.tickets });
      void client.invalidateQueries({ queryKey: keys.counts });
      void message.success(words.done(ticket.number));
      navigate(`/tickets/${ticket.number}`, { replace: true });
    },
  });
  useWarningBeforeLeaving(isTouched && !isSuccess);

  const channels = channelsFor(kind, conversation);
  const choose = (next: TicketKind): void => {
    const fitting = channelsFor(next, conversation);
    if (!fitting.includes(form.getFieldValue("channel") as string)) form.setFieldValue("channel", fitting[0]);
  };
  const required = [{ required: true, whitespace: true, message: texts.frame.parts.required }];
  const isMatter = kind === "complaint" || kind === "fault";

  return (
    <div className="page page-form">
      <div className="page-head">
        <h1 className="page-title">{words.title}</h1>
      </div>
      <Find />
      <Form<Written>
        form={form}
        layout="vertical"
        scrollToFirstError
        initialValues={{ kind: "complaint", channel: conversation ? "chat" : "hotline" }}
        onValuesChange={() => setTouched(true)}
        onFinish={(written) => mutate(entryOf(written, entryId, conversation))}
      >
        <Block title={words.basics}>
          <Form.Item name="kind" label={words.kind}>
            <Radio.Group
              optionType="button"
              options={KINDS.map((value) => ({ value, label: words.kinds[value] }))}
              onChange={(event) => choose(event.target.value as TicketKind)}
            />
          </Form.Item>
          <Form.Item name="channel" label={words.channel} rules={required}>
            <Select options={options(vocabulary?.channels.filter(({ name }) => channels.includes(name)))} />
          </Form.Item>
          {kind === "appeal" && <AppealFields />}
          {kind === "callback" && <CallbackField />}
        </Block>
        <Block title={texts.tickets.page.about}>
          {kind !== "callback" && (
            <Form.Item name="category" label={words.category} rules={required}>
              <Select showSearch={{ optionFilterProp: "label" }} options={options(vocabulary?.categories)} />
            </Form.Item>
          )}
          <Form.Item name="description" label={words.description} rules={required}>
            <Input.TextArea maxLength={12_000} rows={5} />
          </Form.Item>
          {kind !== "callback" && (
            <Form.Item name="wish" label={words.wish}>
              <Input maxLength={500} />
            </Form.Item>
          )}
          {isMatter && (
            <Form.Item name="since" label={words.since}>
              <Input maxLength={500} />
            </Form.Item>
          )}
        </Block>
        <Block title={words.persons}>
          {kind !== "callback" && (
            <Form.Item name="line" label={words.line} extra={words.lineHint}>
              <Input maxLength={40} inputMode="tel" />
            </Form.Item>
          )}
          <Form.Item name="contact" label={words.contact} rules={kind === "callback" ? required : []}>
            <Input maxLength={40} inputMode="tel" />
          </Form.Item>
          <Form.Item name="is_read_back" valuePropName="checked">
            <Checkbox>{words.readBack}</Checkbox>
          </Form.Item>
          {isMatter && <PlaceFields />}
          {kind !== "callback" && (
            <>
              <Form.Item name="partner" label={words.partner}>
                <Input maxLength={80} />
              </Form.Item>
              <Form.Item name="note" label={words.note}>
                <Input maxLength={500} />
              </Form.Item>
            </>
          )}
        </Block>
        <ErrorNote error={error} />
        <div className="form-actions">
          <Button onClick={() => navigate("/tickets")}>{texts.frame.parts.cancel}</Button>
          <Button type="primary" htmlType="submit" loading={isPending}>
            {words.submit}
          </Button>
        </div>
      </Form>
    </div>
  );
}

/** Of a network or a line. */
function PlaceFields() {
  const words = useTexts().tickets.entry;
  return (
    <>
      <Form.Item name="address" label={words.address}>
        <Input maxLength={500} />
      </Form.Item>
      <Form.Item name="area" label={words.area}>
        <Select allowClear options={Object.entries(words.areas).map(([value, label]) => ({ value, label }))} />
      </Form.Item>
      <Form.Item name="speed_test" label={words.speedTest}>
        <Input maxLength={500} />
      </Form.Item>
    </>
  );
}

/** The browser asks, in its own words. */
function useWarningBeforeLeaving(isOn: boolean): void {
  useEffect(() => {
    if (!isOn) return;
    const ask = (event: BeforeUnloadEvent): void => event.preventDefault();
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, [isOn]);
}
