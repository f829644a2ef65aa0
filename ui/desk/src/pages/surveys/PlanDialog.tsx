import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Form, InputNumber, Modal, Select } from "antd";
import { useState } from "react";

import { post } from "../../api/client";
import { keys } from "../../api/keys";
import type { Wave } from "../../api/types";
import { ErrorNote } from "../../parts/ErrorNote";
import { today } from "../../parts/Period";
import { quarterAfter, quarterOf } from "../../parts/periods";
import { useTexts } from "../../texts/texts";

const USUAL = 2_000;
const MOST = 100_000;

/** Of which quarter, and how many are asked. */
export function PlanDialog({ onClose }: { onClose: () => void }) {
  const texts = useTexts();
  const words = texts.surveys;
  const client = useQueryClient();
  const now = quarterOf(today());
  const [quarter, setQuarter] = useState(now);
  const [sample, setSample] = useState<number | null>(USUAL);
  const { mutate, error, isPending } = useMutation({
    mutationFn: () => post<Wave>("/surveys/waves", { quarter, sample }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: keys.surveys });
      onClose();
    },
  });
  return (
    <Modal
      open
      title={words.plan}
      okText={words.plan}
      cancelText={texts.frame.parts.cancel}
      okButtonProps={{ loading: isPending, disabled: !sample }}
      onOk={() => mutate()}
      onCancel={onClose}
    >
      <Form layout="vertical">
        <Form.Item label={words.quarterField} htmlFor="wave-quarter">
          <Select
            id="wave-quarter"
            value={quarter}
            onChange={setQuarter}
            options={[now, quarterAfter(now)].map((value) => ({ value, label: words.quarter(value) }))}
          />
        </Form.Item>
        <Form.Item label={words.sample} htmlFor="wave-sample">
          <InputNumber id="wave-sample" min={1} max={MOST} precision={0} value={sample} onChange={setSample} />
        </Form.Item>
      </Form>
      <p className="hint">{words.planHint}</p>
      <ErrorNote error={error} />
    </Modal>
  );
}
