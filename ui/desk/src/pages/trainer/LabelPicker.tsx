import { useQuery } from "@tanstack/react-query";
import { Select, type RefSelectProps } from "antd";
import type { Ref } from "react";

import { get } from "../../api/client";
import { keys } from "../../api/keys";
import type { Labels, Meaning } from "../../api/types";
import { useTexts } from "../../texts/texts";

export function useLabels() {
  return useQuery({ queryKey: keys.labels, queryFn: () => get<Labels>("/trainer/labels"), staleTime: 60_000 });
}

export const full = (meaning: { label: string | null; sub: string | null }): string =>
  meaning.label === null ? "—" : meaning.sub ? `${meaning.label}/${meaning.sub}` : meaning.label;

export function meaningOf(name: string): Meaning {
  const [label = "", sub = null] = name.split("/");
  return { label, sub };
}

interface Props {
  value: Meaning | null;
  onChoose: (meaning: Meaning) => void;
  /** First of all. */
  likely?: readonly string[];
  name?: string;
  ref?: Ref<RefSelectProps>;
}

/** Every label and sub-label; typing filters, and what the model thought stands first. */
export function LabelPicker({ value, onChoose, likely = [], name, ref }: Props) {
  const words = useTexts().trainer;
  const all = (useLabels().data?.labels ?? []).flatMap(({ label, subs }) => [
    label,
    ...subs.map((sub) => `${label}/${sub}`),
  ]);
  const first = likely.filter((each) => all.includes(each));
  return (
    <Select
      {...(ref ? { ref } : {})}
      showSearch
      className="label-picker"
      aria-label={name ?? words.label}
      placeholder={words.label}
      value={value ? full(value) : null}
      onChange={(chosen: string) => onChoose(meaningOf(chosen))}
      options={[...first, ...all.filter((each) => !first.includes(each))].map((each) => ({ value: each, label: each }))}
    />
  );
}
