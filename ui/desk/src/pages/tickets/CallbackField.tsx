import { Form, Select } from "antd";

import { ErrorNote } from "../../parts/ErrorNote";
import { useNow } from "../../parts/now";
import { inChina, shortTime } from "../../parts/times";
import { useTexts } from "../../texts/texts";
import { useSlots } from "./data";

/** When the customer is called: the times that are still free. */
export function CallbackField() {
  const texts = useTexts();
  const now = useNow();
  const { data, error, isPending } = useSlots();
  return (
    <>
      <Form.Item
        name={["callback", "starts_at"]}
        label={texts.tickets.entry.slot}
        rules={[{ required: true, message: texts.frame.parts.required }]}
      >
        <Select
          loading={isPending}
          options={(data?.items ?? []).map(({ starts_at, ends_at }) => ({
            value: starts_at,
            label: `${shortTime(starts_at, now, texts)}–${inChina(Date.parse(ends_at)).time}`,
          }))}
        />
      </Form.Item>
      <ErrorNote error={error} />
    </>
  );
}
