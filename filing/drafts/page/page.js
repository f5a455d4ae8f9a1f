"use strict";
// Shows what the server tells. Everything is put in as text, never as markup: records are written by anybody.
const place = (id) => document.getElementById(id);
const made = (kind, words, className) => {
  const element = document.createElement(kind);
  if (words !== undefined) element.textContent = words;
  if (className) element.className = className;
  return element;
};
const scrolled = new Map();
let view = null;
let current = "";

const chosen = () => {
  const wanted = decodeURIComponent(location.hash.slice(1));
  return view.documents.find((item) => item.name === wanted) || view.documents[0];
};

const showDocuments = () => {
  const list = place("documents");
  const shown = chosen();
  const focused = document.activeElement && document.activeElement.hash;
  list.replaceChildren(...view.documents.map((item) => {
    const link = made("a");
    link.href = `#${item.name}`;
    const count = item.pages.length;
    const name = item.title === item.label ? "" : item.title;
    link.append(made("span", item.label), made("span", count === 1 ? "1 page" : `${count} pages`, "count"));
    if (name) link.append(made("span", name, "name"));
    if (shown && item.name === shown.name) link.setAttribute("aria-current", "page");
    const line = made("li");
    line.append(link);
    return line;
  }));
  if (focused) for (const link of list.querySelectorAll("a")) if (link.hash === focused) link.focus();
};

// A picture is as sharp as the screen: its width in the screen's own points, in steps so that few sizes are made.
const pixels = () => {
  const width = place("sheets").clientWidth * (window.devicePixelRatio || 1);
  return Math.min(4000, Math.max(200, Math.ceil(width / 50) * 50));
};

const showPages = (fresh) => {
  const shown = chosen();
  const sheets = place("sheets");
  if (!shown) return sheets.replaceChildren();
  place("title").textContent = shown.title;
  place("pdf").hidden = false;
  place("pdf").href = `pdf/${shown.version}.pdf`;
  place("pdf").target = "_blank";
  if (current !== shown.name) sheets.replaceChildren();
  current = shown.name;
  while (sheets.children.length > shown.pages.length) sheets.lastChild.remove();
  shown.pages.forEach((page, index) => {
    let sheet = sheets.children[index];
    if (!sheet) {
      sheet = made("figure", undefined, "sheet");
      sheet.append(made("img"));
      sheets.append(sheet);
    }
    showPage(sheet, shown, page, index, fresh);
  });
};

// The old picture stays until the new one is there, so that nothing flickers or jumps.
const showPage = (sheet, shown, page, index, fresh) => {
  const shownNow = sheet.firstChild;
  const source = `page/${shown.version}/${index}/${pixels()}.png`;
  if (sheet.dataset.source === source) return;
  sheet.dataset.source = source;
  const text = `Page ${index + 1} of ${shown.pages.length}: ${page.text}`;
  const sized = (image) => {
    image.width = Math.round(page.width);
    image.height = Math.round(page.height);
    image.alt = text;
  };
  if (!shownNow.hasAttribute("alt")) sized(shownNow);
  const fetchPage = () => {
    const next = new Image();
    sized(next);
    next.src = source;
    next.decode().then(() => {
      if (sheet.dataset.source !== source) return;
      const changed = sheet.firstChild.alt !== text;
      sheet.firstChild.replaceWith(next);
      if (fresh && changed) mark(sheet);
    }).catch(() => undefined);
  };
  sheet.fetchPage = fetchPage;
  nearby.unobserve(sheet);
  nearby.observe(sheet);
};

const nearby = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    if (entry.isIntersecting && entry.target.fetchPage) {
      entry.target.fetchPage();
      entry.target.fetchPage = null;
    }
  }
}, { rootMargin: "600px" });

const mark = (sheet) => {
  sheet.classList.add("new");
  setTimeout(() => sheet.classList.remove("new"), 1500);
};

// A path breaks at its slashes, and inside only what is too long for a line.
const path = (text) => {
  const shown = made("p", undefined, "place");
  const steps = text.split("/");
  steps.forEach((step, index) => {
    const part = index < steps.length - 1 ? `${step}/` : step;
    shown.append(made("span", part, part.length < 40 ? "whole" : ""), made("wbr"));
  });
  return shown;
};

const finding = (item) => {
  if (item.text) return made("p", item.text);
  const box = made("article", undefined, `finding ${item.severity}`);
  const head = made("h3");
  head.append(made("span", item.severity, "word"), `${item.rule}  ${item.title}`);
  const wanted = made("p", `${item.requirement} `);
  wanted.append(made("span", item.clause, "clause"));
  const told = made("dl");
  told.append(made("dt", "Found"), made("dd", item.found), made("dt", "Do"), made("dd", item.remedy));
  box.append(head, path(item.place), wanted, told);
  return box;
};

const showTrouble = () => {
  const what = view.trouble.length
    ? [made("p", "The pages below are the last good ones. They follow again as soon as this is mended:"),
      ...view.trouble.map(finding)]
    : [];
  const old = place("trouble");
  if (old.dataset.told === JSON.stringify(view.trouble)) return;
  old.dataset.told = JSON.stringify(view.trouble);
  old.replaceChildren(...what);
};

const showFindings = () => {
  if (view.findings === null) return;
  const missing = view.not_shown.map((item) => {
    const box = made("article", undefined, "finding error");
    box.append(made("h3", "Not shown"), path(item.what), made("p", item.why));
    return box;
  });
  const count = view.findings.length;
  place("findings-title").textContent = count === 1 ? "1 finding" : count ? `${count} findings` : "No findings";
  const nothing = made("p", "Nothing stands against this batch now. The history is not looked at here: check does that.", "quiet");
  place("findings").replaceChildren(...missing, ...(count ? view.findings.map(finding) : [nothing]));
};

const say = (words, old) => {
  place("state").textContent = words;
  place("state").className = old ? "old" : "";
};

const show = (fresh) => {
  place("batch").textContent = view.batch;
  document.title = `${view.batch} draft preview`;
  showDocuments();
  showTrouble();
  showPages(fresh);
  showFindings();
  if (view.trouble.length) say("Not up to date", true);
  else if (view.complete) say(`Up to date, ${new Date().toTimeString().slice(0, 8)}`, false);
  else say("Making the pages", false);
};

addEventListener("hashchange", () => {
  if (!view || location.hash === "#pages") return;
  scrolled.set(current, scrollY);
  show(false);
  scrollTo(0, scrolled.get(current) || 0);
});
addEventListener("resize", () => { if (view) showPages(false); });

const events = new EventSource("events");
events.onmessage = (event) => {
  const before = view;
  view = JSON.parse(event.data);
  show(before !== null);
};
events.onerror = () => say("The connection is interrupted; trying again", true);
events.addEventListener("ended", () => {
  events.close();
  say("The preview has ended; it was stopped in the terminal", true);
});
