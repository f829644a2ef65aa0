import { MenuOutlined } from "@ant-design/icons";
import { Button, Drawer, Menu, Modal } from "antd";
import { Suspense, useState } from "react";
import { Redirect, Route, Switch, useLocation } from "wouter";

import { useMe } from "../api/session";
import { Duty } from "../chat/Duty";
import { Empty } from "../parts/Empty";
import { useTexts } from "../texts/texts";
import { AccountMenu } from "./AccountMenu";
import { ChangePassword } from "./ChangePassword";
import { Help } from "./Help";
import { useKeyboard, useShortcuts } from "./keyboard";
import { LanguageSwitch } from "./LanguageSwitch";
import { useLiveConnection, useLiveState } from "./live";
import { Loading } from "../parts/Loading";
import { PAGES, type Page } from "./routes";

/** Entries for which a bar of 1,280 pixels has room. */
const MOST_IN_BAR = 12;

/** The frame around every page: menu, who is signed in, whether the connection stands, and the keyboard. */
export function Shell() {
  const texts = useTexts();
  const me = useMe();
  const [location, navigate] = useLocation();
  const [open, setOpen] = useState<"menu" | "help" | "password" | null>(null);
  const close = (): void => setOpen(null);
  useLiveConnection(me.permissions.includes("queue"));
  useKeyboard();

  const mine = PAGES.filter((page) => me.permissions.includes(page.permission));
  const listed = mine.flatMap(({ menu }) => (menu ? [{ ...menu, title: texts.frame.pages[menu.title] }] : []));
  useShortcuts([
    { keys: "?", title: texts.frame.keys.help, run: () => setOpen("help") },
    ...listed.map(({ key, title, to }) => ({
      keys: `g ${key}`,
      title: texts.frame.keys.go(title),
      run: () => navigate(to),
    })),
  ]);

  const here = listed.find(({ to }) => location === to || location.startsWith(`${to}/`));
  const entry = ({ to, title, icon }: (typeof listed)[number]) => ({ key: to, icon, label: title });
  const grouped = listed.filter(({ group }) => group);
  const isLong = listed.length > MOST_IN_BAR && grouped.length > 0;
  const menu = (mode: "horizontal" | "inline") => (
    <Menu
      mode={mode}
      disabledOverflow
      triggerSubMenuAction="click"
      selectedKeys={here ? [here.to] : []}
      items={
        isLong && mode === "horizontal"
          ? [
              ...listed.filter(({ group }) => !group).map(entry),
              { key: "training", label: texts.frame.training, children: grouped.map(entry) },
            ]
          : listed.map(entry)
      }
      onClick={({ key }) => {
        navigate(key);
        close();
      }}
    />
  );

  return (
    <div className="shell">
      <a className="skip" href="#content">
        {texts.frame.skip}
      </a>
      <header className="bar">
        <Button
          className="bar-menu"
          type="text"
          aria-label={texts.frame.menu}
          icon={<MenuOutlined aria-hidden />}
          onClick={() => setOpen("menu")}
        />
        <span className="brand">{texts.frame.name}</span>
        <nav className="bar-pages" aria-label={texts.frame.menu}>
          {menu("horizontal")}
        </nav>
        <LanguageSwitch />
        <AccountMenu onHelp={() => setOpen("help")} onPassword={() => setOpen("password")} />
      </header>
      <ConnectionBar />
      <main id="content" tabIndex={-1}>
        <Duty>
          <Suspense fallback={<Loading whole />}>
            <Switch>
              {PAGES.map((page) => (
                <Route key={page.path} path={page.path}>
                  {me.permissions.includes(page.permission) ? <page.load /> : <Lost reason={texts.frame.lost.may} />}
                </Route>
              ))}
              <Route path="/">
                <Arrival pages={mine} />
              </Route>
              <Route>
                <Lost reason={texts.frame.lost.title} />
              </Route>
            </Switch>
          </Suspense>
        </Duty>
      </main>
      <Drawer
        open={open === "menu"}
        onClose={close}
        placement="left"
        size={260}
        title={texts.frame.menu}
        rootClassName="menu-drawer"
      >
        {menu("inline")}
      </Drawer>
      {open === "help" && <Help onClose={close} />}
      <Modal
        open={open === "password"}
        title={texts.frame.password.title}
        footer={null}
        onCancel={close}
        destroyOnHidden
      >
        <ChangePassword onDone={close} />
      </Modal>
    </div>
  );
}

/** The first page of one's menu; a role without any sees its account only. */
function Arrival({ pages }: { pages: readonly Page[] }) {
  const texts = useTexts();
  const first = pages.find((page) => page.menu)?.menu;
  return first ? <Redirect to={first.to} replace /> : <Lost reason={texts.frame.parts.none} />;
}

function Lost({ reason }: { reason: string }) {
  const texts = useTexts();
  const [, navigate] = useLocation();
  return (
    <div className="page">
      <h1 className="page-title">{reason}</h1>
      <Empty>
        <Button onClick={() => navigate("/")}>{texts.frame.lost.back}</Button>
      </Empty>
    </div>
  );
}

function ConnectionBar() {
  const texts = useTexts();
  const state = useLiveState();
  return (
    <div role="status" className={state === "lost" ? "connection connection-lost" : "connection"}>
      {state === "lost" && texts.frame.live.lost}
    </div>
  );
}
