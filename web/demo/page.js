/** The demo page: topics and the question field open the chat; large type for both; the developer's telephone. */

const REMEMBERED = "quanyi-demo-elder";

const chat = document.querySelector("quanyi-chat");
const elder = document.querySelector("#elder");

for (const topic of document.querySelectorAll("[data-question]")) {
  topic.addEventListener("click", () => chat.ask(topic.dataset.question));
}

document.querySelector("#ask").addEventListener("submit", (event) => {
  event.preventDefault();
  const field = event.target.elements.question;
  chat.ask(field.value);
  field.value = "";
});

function remembered() {
  try {
    return localStorage.getItem(REMEMBERED) === "true";
  } catch {
    return false;
  }
}

function setElder(on) {
  document.documentElement.classList.toggle("elder", on);
  elder.setAttribute("aria-checked", String(on));
  chat.elder = on;
  try {
    localStorage.setItem(REMEMBERED, String(on));
  } catch {
    // Storage is blocked: it holds until the page is left.
  }
}

elder.addEventListener("click", () => setElder(elder.getAttribute("aria-checked") !== "true"));
chat.addEventListener("quanyi-preference", (event) => setElder(event.detail.elder));
setElder(remembered());

// The developer's telephone: there in demo mode only, otherwise the address is 404 and nothing shows.

/** Milliseconds between two looks; none while the page is hidden. */
const LOOK_EVERY = 3_000;

const telephone = document.querySelector("#telephone");

function element(name, text) {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}

function trial({ title, phone, question }) {
  const button = document.createElement("button");
  button.type = "button";
  button.append(element("b", title), element("span", phone));
  button.addEventListener("click", () => chat.ask(`${question}，号码${phone}`));
  const item = document.createElement("li");
  item.append(button);
  return item;
}

function message({ at, phone, text }) {
  const item = document.createElement("li");
  item.append(element("small", `${at.slice(11)} 发到 ${phone}`), element("p", text));
  return item;
}

let shown = "";

async function look() {
  if (!document.hidden) {
    const response = await fetch("/demo/telephone").catch(() => null);
    if (response?.status === 404) return;
    if (response?.ok) show(await response.json());
  }
  setTimeout(look, LOOK_EVERY);
}

function show({ sms, trials }) {
  if (telephone.hidden) telephone.querySelector(".trials").replaceChildren(...trials.map(trial));
  telephone.hidden = false;
  const received = JSON.stringify(sms);
  if (received === shown) return;
  shown = received;
  const list = telephone.querySelector(".sms");
  list.replaceChildren(...(sms.length > 0 ? sms.map(message) : [element("li", "还没有短信")]));
}

look();
