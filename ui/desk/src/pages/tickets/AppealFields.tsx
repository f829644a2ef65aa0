import { DatePicker, Form, Input, Select } from "antd";

import { useTexts } from "../../texts/texts";
import { options, useVocabulary } from "./data";

/** What stands in the letter of an authority. */
export function AppealFields() {
  const texts = useTexts();
  const words = texts.tickets.entry;
  const vocabulary = useVocabulary().data;
  const required = [{ required: true, message: texts.frame.parts.required }];
  return (
    <>
      <Form.Item name={["appeal", "authority"]} label={words.authority} rules={required}>
        <Select options={options(vocabulary?.authorities)} />
      </Form.Item>
      <Form.Item name={["appeal", "external_number"]} label={words.externalNumber} rules={required}>
        <Input maxLength={40} />
      </Form.Item>
      <div className="fields-row">
        <Form.Item name={["appeal", "dated"]} label={words.dated}>
          <DatePicker />
        </Form.Item>
        <Form.Item name={["appeal", "received_on"]} label={words.receivedOn} rules={required}>
          <DatePicker />
        </Form.Item>
        <Form.Item name={["appeal", "due_on"]} label={words.dueOn} rules={required}>
          <DatePicker />
        </Form.Item>
      </div>
      <Form.Item name={["appeal", "complaint"]} label={words.complaint}>
        <Input maxLength={20} />
      </Form.Item>
    </>
  );
}
