import { Alert, Button } from "antd";

import { ApiError } from "../api/client";
import { useTexts, type Texts } from "../texts/texts";

/** What went wrong, in words for staff; the server's own sentence where the desk has none for its reason. */
export function explain(error: unknown, texts: Texts): string {
  if (!(error instanceof ApiError)) return texts.frame.errors.unexpected;
  const known: Record<string, string> = texts.frame.errors;
  return known[error.reason] ?? (error.message || texts.frame.errors.unexpected);
}

interface Props {
  error: unknown;
  retry?: () => void;
}

export function ErrorNote({ error, retry }: Props) {
  const texts = useTexts();
  if (!error) return null;
  const action = retry && (
    <Button size="small" onClick={retry}>
      {texts.frame.parts.retry}
    </Button>
  );
  return <Alert type="error" showIcon title={explain(error, texts)} action={action} className="error-note" />;
}
