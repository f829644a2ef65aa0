import { Form, Modal, Radio, Select } from "antd";
import { useState } from "react";

import type { ReportKind } from "../../api/types";
import { ErrorNote } from "../../parts/ErrorNote";
import { today } from "../../parts/Period";
import { monthsBefore, quartersBefore } from "../../parts/periods";
import { useTexts } from "../../texts/texts";

interface Props {
  kind: ReportKind;
  /** null: the last one that is over. */
  period: string | null;
  onMake: (chosen: { kind: ReportKind; period: string }) => Promise<unknown>;
  onClose: () => void;
}

const KINDS: readonly ReportKind[] = ["monthly", "quarterly", "public"];
const MONTHS = 24;
const QUARTERS = 8;

/** Those that are over. */
function periodsOf(kind: ReportKind): string[] {
  return kind === "quarterly"
    ? quartersBefore(today(), QUARTERS + 1).slice(1)
    : monthsBefore(today(), MONTHS + 1).slice(1);
}

/** Which report of which period; a draft that is there is replaced. */
export function MakeDialog({ kind: first, period: wanted, onMake, onClose }: Props) {
  const texts = useTexts();
  const words = texts.reports;
  const [kind, setKind] = useState(first);
  const [chosen, setChosen] = useState(wanted);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const periods = periodsOf(kind);
  const period = chosen ?? periods[0] ?? "";
  const submit = async (): Promise<void> => {
    setBusy(true);
    try {
      await onMake({ kind, period });
    } catch (problem) {
      setError(problem);
      setBusy(false);
    }
  };
  return (
    <Modal
      open
      title={words.make}
      okText={words.make}
      cancelText={texts.frame.parts.cancel}
      okButtonProps={{ loading: busy }}
      onOk={() => void submit()}
      onCancel={onClose}
    >
      <Form layout="vertical">
        <Form.Item label={words.kind} htmlFor="report-kind">
          <Radio.Group
            id="report-kind"
            aria-label={words.kind}
            value={kind}
            onChange={({ target }) => {
              setKind(target.value as ReportKind);
              setChosen(null);
            }}
            options={KINDS.map((value) => ({ value, label: words.kinds[value] }))}
          />
        </Form.Item>
        <Form.Item label={words.period} htmlFor="report-period">
          <Select
            id="report-period"
            value={period}
            onChange={setChosen}
            options={periods.map((value) => ({ value, label: words.periodOf(value) }))}
          />
        </Form.Item>
      </Form>
      <p className="hint">{words.makeHint}</p>
      <ErrorNote error={error} />
    </Modal>
  );
}
