import { Modal } from "antd";
import { useState } from "react";

import { PREFIX } from "../../api/client";
import { useMe } from "../../api/session";
import type { Report } from "../../api/types";
import { ErrorNote } from "../../parts/ErrorNote";
import { useTexts } from "../../texts/texts";

interface Props {
  report: Report;
  onSign: () => Promise<unknown>;
  onClose: () => void;
}

/** Whoever signs, answers for it by name: they are told so before. */
export function SignDialog({ report, onSign, onClose }: Props) {
  const texts = useTexts();
  const words = texts.reports;
  const me = useMe();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const submit = async (): Promise<void> => {
    setBusy(true);
    try {
      await onSign();
    } catch (problem) {
      setError(problem);
      setBusy(false);
    }
  };
  return (
    <Modal
      open
      title={words.signTitle(report.period_title, report.kind_title)}
      okText={words.sign}
      cancelText={texts.frame.parts.cancel}
      okButtonProps={{ loading: busy }}
      onOk={() => void submit()}
      onCancel={onClose}
    >
      <p className="report-signed-as">
        {report.kind === "monthly" ? words.signInternal(me.name) : words.signPublic(me.name)}
      </p>
      <p className="hint">{words.signHint}</p>
      <p>
        <a href={`${PREFIX}/reports/${report.id}/page`} target="_blank" rel="noopener">
          {words.look}
        </a>
      </p>
      <ErrorNote error={error} />
    </Modal>
  );
}
