import { FilterOutlined, SearchOutlined } from "@ant-design/icons";
import { Button, DatePicker, Input, Select, type InputRef } from "antd";
import dayjs from "dayjs";
import { useEffect, useState, type RefObject } from "react";

import type { TicketFilters } from "../../api/types";
import { useIsNarrow } from "../../parts/useIsNarrow";
import { useTexts } from "../../texts/texts";
import { options, useVocabulary } from "./data";
import { areSame, changed, tabOf, withTab } from "./filters";

interface Props {
  filters: TicketFilters;
  onChange: (filters: TicketFilters) => void;
  search: RefObject<HTMLInputElement | null>;
}

export function FilterBar({ filters, onChange, search }: Props) {
  const texts = useTexts();
  const words = texts.tickets.list;
  const isNarrow = useIsNarrow();
  const [isOpen, setOpen] = useState(false);
  const vocabulary = useVocabulary().data;
  const set = (change: Partial<Record<keyof TicketFilters, string | undefined>>): void =>
    onChange(changed(filters, change));
  const bare = withTab({}, tabOf(filters));

  const choice = (name: keyof TicketFilters, title: string, list: { value: string; label: string }[]) => (
    <Select
      allowClear
      showSearch={{ optionFilterProp: "label" }}
      className="filter"
      aria-label={title}
      placeholder={title}
      value={filters[name] ?? null}
      options={list}
      onChange={(value: string | null | undefined) => set({ [name]: value ?? undefined })}
    />
  );

  return (
    <div className="filters" role="search">
      <SearchField value={filters.q ?? ""} onSearch={(q) => set({ q })} field={search} />
      {isNarrow && (
        <Button icon={<FilterOutlined aria-hidden />} aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {words.filters}
        </Button>
      )}
      {(!isNarrow || isOpen) && (
        <>
          {choice("status", words.status, [{ value: "open", label: words.open }, ...options(vocabulary?.statuses)])}
          {choice("kind", words.kind, options(vocabulary?.kinds))}
          {choice("category", words.category, options(vocabulary?.categories))}
          {choice("department", words.department, options(vocabulary?.departments))}
          {choice("channel", words.channel, options(vocabulary?.channels))}
          {choice(
            "sort",
            words.sort,
            Object.entries(words.sorts).map(([value, label]) => ({ value, label })),
          )}
          <DatePicker.RangePicker
            className="filter-dates"
            aria-label={words.created}
            allowEmpty={[true, true]}
            value={[day(filters.created_from), day(filters.created_to)]}
            onChange={(days) =>
              set({ created_from: days?.[0]?.format("YYYY-MM-DD"), created_to: days?.[1]?.format("YYYY-MM-DD") })
            }
          />
          {!areSame(filters, bare) && (
            <Button type="link" onClick={() => onChange(bare)}>
              {words.clear}
            </Button>
          )}
        </>
      )}
    </div>
  );
}

const day = (text: string | undefined) => (text ? dayjs(text) : null);

interface SearchProps {
  value: string;
  onSearch: (words: string) => void;
  field: RefObject<HTMLInputElement | null>;
}

function SearchField({ value, onSearch, field }: SearchProps) {
  const texts = useTexts();
  const [typed, setTyped] = useState(value);
  useEffect(() => setTyped(value), [value]);
  return (
    <Input
      className="filter-search"
      allowClear
      ref={(input: InputRef | null) => {
        field.current = input?.input ?? null;
      }}
      prefix={<SearchOutlined aria-hidden />}
      aria-label={texts.tickets.list.search}
      placeholder={texts.tickets.list.search}
      maxLength={60}
      value={typed}
      onChange={(event) => {
        setTyped(event.target.value);
        if (!event.target.value) onSearch("");
      }}
      onPressEnter={() => onSearch(typed)}
      onKeyDown={(event) => event.key === "Escape" && event.currentTarget.blur()}
    />
  );
}
