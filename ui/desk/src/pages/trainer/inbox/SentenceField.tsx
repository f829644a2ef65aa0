import { useQuery } from "@tanstack/react-query";
import { Button, Input, Tag, type RefSelectProps } from "antd";
import type { TextAreaRef } from "antd/es/input/TextArea";
import { useRef, type Ref } from "react";

import { post } from "../../../api/client";
import { keys } from "../../../api/keys";
import type { Meaning, Span, Token } from "../../../api/types";
import { useTexts } from "../../../texts/texts";
import { LabelPicker, useLabels } from "../LabelPicker";
import { cuts, marked as marking, typed, unmarked, type Marked } from "../marking";
import { useSettled } from "../useSettled";
import { Marking } from "./Marking";

interface Props {
  number: number;
  marked: Marked;
  meaning: Meaning | null;
  likely: readonly string[];
  field?: Ref<TextAreaRef>;
  picker?: Ref<RefSelectProps>;
  tokens?: Ref<HTMLDivElement>;
  onChange: (now: { marked?: Marked; meaning?: Meaning }) => void;
  onDrop?: () => void;
  /** Somebody works on this one. */
  onHere: () => void;
  /** Enter in the text: accept. */
  onAccept: () => void;
}

/** A sentence, its label, and its entities: words are clicked, then the entity is chosen. */
export function SentenceField(props: Props) {
  const { number, marked, meaning, likely, field, picker, onChange, onDrop, onHere, onAccept } = props;
  const words = useTexts().trainer.inbox;
  const box = useRef<HTMLDivElement>(null);
  const entities = useLabels().data?.entities ?? [];
  const text = useSettled(marked.text.trim() ? marked.text : "");
  const { data } = useQuery({
    queryKey: [...keys.labels, "tokens", text],
    queryFn: () => post<{ tokens: Token[]; entities: Span[] }>("/trainer/tokens", { text }),
    enabled: text !== "",
    // Those of nobody's: Rasa was away.
    staleTime: (query) => (query.state.data?.tokens.length ? Infinity : 0),
  });
  const tokens = data && text === marked.text ? data.tokens : [];
  const name = words.sentence(number);
  return (
    <div className="sentence" ref={box} onFocus={onHere}>
      <div className="trainer-row">
        <LabelPicker
          {...(picker ? { ref: picker } : {})}
          value={meaning}
          likely={likely}
          name={`${name} ${words.keys.label}`}
          onChoose={(now) => {
            onChange({ meaning: now });
            // When the list has closed: what comes next is the sentence.
            setTimeout(() => box.current?.querySelector("textarea")?.focus());
          }}
        />
        {onDrop && <Button onClick={onDrop}>{words.dropSentence}</Button>}
      </div>
      <Input.TextArea
        {...(field ? { ref: field } : {})}
        aria-label={name}
        rows={2}
        maxLength={300}
        value={marked.text}
        // Annotations may be typed as they are written in the files.
        onChange={({ target }) => onChange({ marked: typed(marked, target.value.replaceAll("\n", "")) })}
        onPressEnter={(event) => {
          event.preventDefault();
          if (!event.nativeEvent.isComposing) onAccept();
        }}
        onKeyDown={(event) => {
          // Out of the text: letters are shortcuts again.
          if (event.key === "Escape" && !event.nativeEvent.isComposing) event.currentTarget.blur();
        }}
      />
      {tokens.length > 0 && (
        <Marking
          {...(props.tokens ? { ref: props.tokens } : {})}
          tokens={tokens}
          marks={marked.marks}
          entities={entities}
          onMark={(start, end, entity) => onChange({ marked: marking(marked, start, end, entity) })}
        />
      )}
      {marked.marks.map((each) => (
        <Tag
          key={each.start}
          closable
          closeIcon={<span aria-label={words.unmark(each.entity)}>×</span>}
          color={cuts(each, tokens) ? "warning" : "processing"}
          onClose={() => onChange({ marked: unmarked(marked, each.start) })}
        >
          {marked.text.slice(each.start, each.end)} {each.entity}
          {cuts(each, tokens) && ` · ${words.cuts(marked.text.slice(each.start, each.end))}`}
        </Tag>
      ))}
    </div>
  );
}
