import { PlusOutlined } from "@ant-design/icons";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Checkbox, Dropdown, Table, Tag } from "antd";
import { useState } from "react";

import { get, patch, post } from "../../api/client";
import { keys } from "../../api/keys";
import { useMe } from "../../api/session";
import type { GivenPassword, Items, StaffMember } from "../../api/types";
import { ErrorNote, explain } from "../../parts/ErrorNote";
import { Time } from "../../parts/Time";
import { useTexts } from "../../texts/texts";
import { useVocabulary } from "../tickets/data";
import { PasswordOnce } from "./PasswordOnce";
import { StaffForm } from "./StaffForm";

interface Told extends GivenPassword {
  number: string;
}

/** Accounts of everybody who works in the desk. */
export default function StaffPage() {
  const texts = useTexts();
  const words = texts.admin.staff;
  const { data, error, isPending, refetch } = useQuery({
    queryKey: keys.staff,
    queryFn: () => get<Items<StaffMember>>("/staff"),
  });
  const [edited, setEdited] = useState<StaffMember | "new" | null>(null);
  const [told, setTold] = useState<Told | null>(null);
  const [withLeft, setWithLeft] = useState(false);
  const rows = (data?.items ?? []).filter((each) => withLeft || each.left_at === null);
  return (
    <div className="page">
      <div className="page-head">
        <h1 className="page-title">{words.title}</h1>
        <div className="push head-actions">
          <Checkbox checked={withLeft} onChange={(event) => setWithLeft(event.target.checked)}>
            {words.showLeft}
          </Checkbox>
          <Button type="primary" icon={<PlusOutlined aria-hidden />} onClick={() => setEdited("new")}>
            {words.add}
          </Button>
        </div>
      </div>
      <ErrorNote error={error} retry={() => void refetch()} />
      <Table<StaffMember>
        size="medium"
        rowKey="number"
        dataSource={rows}
        loading={isPending}
        pagination={false}
        scroll={{ x: 1000 }}
        columns={[
          { title: words.number, dataIndex: "number" },
          { title: words.name, dataIndex: "name" },
          { title: words.role, render: (_, row) => texts.frame.roles[row.role] },
          { title: words.department, render: (_, row) => <Department member={row} /> },
          { title: words.skills, render: (_, row) => <Skills names={row.skills} /> },
          { title: words.loadLimit, dataIndex: "load_limit" },
          {
            title: words.state,
            render: (_, row) => (
              <>
                {row.left_at ? <Tag>{words.left}</Tag> : words.works}
                {row.must_change && !row.left_at && <Tag color="warning">{words.mustChange}</Tag>}
              </>
            ),
          },
          { title: words.created, render: (_, row) => <Time at={row.created_at} /> },
          {
            title: words.actions,
            render: (_, row) => <Actions member={row} onEdit={() => setEdited(row)} onTold={setTold} />,
          },
        ]}
      />
      {edited && (
        <StaffForm
          member={edited === "new" ? null : edited}
          onClose={() => setEdited(null)}
          onTold={(number, password) => setTold({ number, password })}
        />
      )}
      {told && <PasswordOnce {...told} onClose={() => setTold(null)} />}
    </div>
  );
}

function Skills({ names }: { names: readonly string[] }) {
  const titles = useVocabulary().data?.skills;
  return (
    <>
      {names.map((name) => (
        <Tag key={name}>{titles?.find((each) => each.name === name)?.title ?? name}</Tag>
      ))}
    </>
  );
}

function Department({ member }: { member: StaffMember }) {
  const words = useTexts().admin.staff;
  const titles = useVocabulary().data?.departments;
  if (!member.department) return "—";
  return (
    <>
      {titles?.find(({ name }) => name === member.department)?.title ?? member.department}{" "}
      {member.is_head && <Tag>{words.head}</Tag>}
    </>
  );
}

interface ActionsProps {
  member: StaffMember;
  onEdit: () => void;
  onTold: (told: Told) => void;
}

function Actions({ member, onEdit, onTold }: ActionsProps) {
  const texts = useTexts();
  const words = texts.admin.staff;
  const { modal, message } = App.useApp();
  const me = useMe();
  const client = useQueryClient();
  const { number } = member;
  const path = `/staff/${encodeURIComponent(number)}`;
  const { mutate } = useMutation({
    mutationFn: (work: () => Promise<unknown>) => work(),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: keys.staff });
      void message.success(words.done);
    },
    onError: (error) => void message.error(explain(error, texts)),
  });
  const ask = (content: string, work: () => Promise<unknown>): void =>
    void modal.confirm({
      title: content,
      okText: texts.frame.parts.confirm,
      cancelText: texts.frame.parts.cancel,
      onOk: () => mutate(work),
    });
  const reset = async (): Promise<void> => onTold({ number, ...(await post<GivenPassword>(`${path}/password`)) });
  const leave = (left: boolean) => () => patch(path, { left });
  const items = [
    { key: "password", label: words.resetPassword, onClick: () => ask(words.resetAsk(number), reset) },
    {
      key: "out",
      label: words.signOut,
      onClick: () => ask(words.signOutAsk(number), () => post(`${path}/sign-out`)),
    },
    member.left_at
      ? { key: "back", label: words.comeBack, onClick: () => mutate(leave(false)) }
      : {
          key: "leave",
          danger: true,
          label: words.leave,
          disabled: number === me.number,
          onClick: () => ask(words.leaveAsk(number), leave(true)),
        },
  ];
  return (
    <span className="row-actions">
      <Button size="small" onClick={onEdit} aria-label={words.edit(number)}>
        {words.change}
      </Button>
      <Dropdown menu={{ items }} trigger={["click"]}>
        <Button size="small" aria-label={`${words.actions} ${number}`}>
          …
        </Button>
      </Dropdown>
    </span>
  );
}
