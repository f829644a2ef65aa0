/** The demo page: its topics and its question field open the chat; the large type is for both. */

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
