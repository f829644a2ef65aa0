/** What each step asks for; `StepDrawer` makes a form of it. */

import type { Step } from "../../api/types";
import type { Texts } from "../../texts/texts";

export type FieldKind =
  | "words"
  | "line"
  | "person"
  | "department"
  | "complexity"
  | "priority"
  | "link"
  | "ticket"
  | "outcome"
  | "check"
  | "yesno"
  | "cause"
  | "time";

export interface Field {
  /** Under which the server is told; a path where that is within another. */
  name: string | string[];
  label: keyof Texts["tickets"]["fields"];
  kind: FieldKind;
  /** The server says when it is needed. */
  isOptional?: true;
}

interface StepForm {
  fields: readonly Field[];
  /** Cannot be taken back: it looks like it. */
  isDanger?: true;
}

const TOLD: Field = { name: "told", label: "told", kind: "check", isOptional: true };

/** What closing a complaint or a fault says besides. */
export const FINDINGS: readonly Field[] = [
  { name: ["findings", "justified"], label: "justified", kind: "yesno" },
  { name: ["findings", "cause"], label: "cause", kind: "cause" },
  { name: ["findings", "prevention"], label: "prevention", kind: "words", isOptional: true },
];

/** In the order in which they stand on the page; without fields, a press is enough. */
export const STEPS: Record<Exclude<Step, "reveal" | "told">, StepForm> = {
  take: { fields: [] },
  resume: { fields: [] },
  feedback: { fields: [{ name: "words", label: "words", kind: "words" }, TOLD] },
  result: { fields: [{ name: "outcome", label: "outcome", kind: "words" }, TOLD] },
  reply: { fields: [{ name: "words", label: "words", kind: "words" }] },
  outcome: {
    fields: [
      { name: "outcome", label: "outcome", kind: "outcome" },
      { name: "reason", label: "reason", kind: "line", isOptional: true },
    ],
  },
  asked: { fields: [] },
  renew: {
    fields: [
      { name: "due_at", label: "dueAt", kind: "time" },
      { name: "reason", label: "reason", kind: "line" },
    ],
  },
  pause: { fields: [{ name: "question", label: "question", kind: "words" }] },
  note: { fields: [{ name: "text", label: "text", kind: "words" }] },
  urge: { fields: [{ name: "words", label: "words", kind: "words" }] },
  assign: { fields: [{ name: "to", label: "to", kind: "person" }] },
  department: {
    fields: [
      { name: "department", label: "department", kind: "department" },
      { name: "note", label: "note", kind: "words" },
    ],
  },
  complexity: {
    fields: [
      { name: "complexity", label: "complexity", kind: "complexity" },
      { name: "reason", label: "reason", kind: "line" },
    ],
  },
  priority: { fields: [{ name: "priority", label: "priority", kind: "priority" }] },
  link: {
    fields: [
      { name: "other", label: "other", kind: "ticket" },
      { name: "kind", label: "linkKind", kind: "link" },
    ],
  },
  merge: {
    fields: [
      { name: "into", label: "into", kind: "ticket" },
      { name: "reason", label: "reason", kind: "line" },
    ],
    isDanger: true,
  },
  reopen: { fields: [{ name: "reason", label: "reason", kind: "line" }] },
  close: { fields: [], isDanger: true },
};

export type FormStep = keyof typeof STEPS;

/** Those of `can` that have a button, in this order. */
export function shownSteps(can: readonly Step[]): FormStep[] {
  return (Object.keys(STEPS) as FormStep[]).filter((step) => can.includes(step));
}
