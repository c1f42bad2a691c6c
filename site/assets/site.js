/* The pages are complete without this script. It adds: the interface's language and theme, sorting
   and filtering of tables, search, the explorer, comparisons. State stands in the address behind #,
   which works on a page opened from a folder too. Text of the data only ever becomes text nodes. */
"use strict";
(() => {
  const root = document.documentElement;
  const store = {
    get(key) { try { return localStorage.getItem(key); } catch { return null; } },
    set(key, value) { try { localStorage.setItem(key, value); } catch { /* private window */ } },
  };
  const chosen = store.get("theme");
  if (chosen === "dark" || chosen === "light") root.dataset.theme = chosen;
  root.classList.add("scripted");
  let chinese = store.get("language") === "zh";

  // ---- small helpers -----------------------------------------------------------------------------
  const $ = (query, from = document) => from.querySelector(query);
  const $$ = (query, from = document) => [...from.querySelectorAll(query)];
  const SVG = "http://www.w3.org/2000/svg";

  /** An element with attributes and children; strings become text. */
  function make(tag, attributes = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) if (value) element.setAttribute(name, value);
    element.append(...children);
    return element;
  }
  function draw(tag, attributes, ...children) {
    const element = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  }
  /** Words of the interface, which the language switch turns over. */
  function say(english, zh, tag = "span") {
    const element = make(tag, { "data-t": zh }, english);
    if (chinese) turn(element, true);
    return element;
  }
  const inZh = (text) => make("span", { class: "zh", lang: "zh-Hans" }, text);
  const number = (value) => value.toLocaleString("en");

  // ---- language and theme ------------------------------------------------------------------------
  function turn(element, toChinese) {
    if (toChinese === (element.lang === "zh-Hans")) return;
    const other = element.dataset.t;
    element.dataset.t = element.textContent;
    element.textContent = other;
    element.lang = toChinese ? "zh-Hans" : "en";
  }
  function speak() {
    for (const element of $$("[data-t]")) turn(element, chinese);
    for (const [key, attribute] of [["tLabel", "aria-label"], ["tPlaceholder", "placeholder"]]) {
      for (const element of $$(`[data-t-${key.slice(1).toLowerCase()}]`)) {
        const english = `${key}En`;
        element.dataset[english] ??= element.getAttribute(attribute);
        element.setAttribute(attribute, chinese ? element.dataset[key] : element.dataset[english]);
      }
    }
    const button = $("#language");
    if (button) {
      button.textContent = chinese ? "English" : "中文";
      button.lang = chinese ? "en" : "zh-Hans";
    }
  }
  function switches() {
    const language = $("#language"), theme = $("#theme");
    if (!language) return;
    language.hidden = theme.hidden = false;
    language.addEventListener("click", () => {
      chinese = !chinese;
      store.set("language", chinese ? "zh" : "en");
      speak();
    });
    const dark = () => root.dataset.theme === "dark"
      || (!root.dataset.theme && matchMedia("(prefers-color-scheme: dark)").matches);
    theme.setAttribute("aria-pressed", dark());
    theme.addEventListener("click", () => {
      root.dataset.theme = dark() ? "light" : "dark";
      store.set("theme", root.dataset.theme);
      theme.setAttribute("aria-pressed", dark());
    });
  }

  // ---- folding, as src/zhonglianbu/lookup.py does it ---------------------------------------------
  const LETTERS = { "ø": "o", "đ": "d", "ð": "d", "ł": "l", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "ə": "e", "ŋ": "n", "ħ": "h", "ŧ": "t", "ß": "ss" };
  /** Text without accents, case and punctuation, words parted by one space. */
  function fold(text) {
    return text.toLowerCase().normalize("NFKD").replace(/\p{M}/gu, "")
      .replace(/[øđðłıæœþəŋħŧß]/g, (letter) => LETTERS[letter])
      .replace(/['’‘ʻʼ`·・•]/g, "").replace(/[^\p{L}\p{N}]+/gu, " ").trim();
  }

  // ---- tables ------------------------------------------------------------------------------------
  const cell = (row, index) => {
    const td = row.cells[index];
    return td ? td.dataset.sort ?? td.textContent.trim() : "";
  };
  const amount = (text) => (/^[>\s]*[\d,]+$/.test(text) ? Number(text.replace(/[>,\s]/g, "")) : NaN);
  const compare = (a, b) => {
    const [x, y] = [amount(a), amount(b)];
    if (!Number.isNaN(x) && !Number.isNaN(y)) return x - y;
    return a.localeCompare(b, "en");
  };
  function sortable(table) {
    const heads = $$("thead th", table), body = table.tBodies[0];
    if (!body || body.rows.length < 2) return;
    heads.forEach((th, index) => {
      const button = make("button", { type: "button" });
      button.append(...th.childNodes);
      th.append(button);
      button.addEventListener("click", () => {
        const down = th.getAttribute("aria-sort") === "ascending"
          || (!th.hasAttribute("aria-sort") && th.classList.contains("n"));
        for (const other of heads) other.removeAttribute("aria-sort");
        th.setAttribute("aria-sort", down ? "descending" : "ascending");
        const rows = [...body.rows].map((row) => [cell(row, index), row]);
        // what is blank stays last, whichever way
        rows.sort(([a], [b]) => (!a - !b) || compare(a, b) * (down ? -1 : 1));
        body.append(...rows.map(([, row]) => row));
      });
    });
  }
  function filtered(table) {
    const body = table.tBodies[0];
    if (!body || body.rows.length < 12) return;
    const input = make("input", { type: "search", "aria-label": "Filter this table", placeholder: "Filter this table", "data-t-label": "筛选此表", "data-t-placeholder": "筛选此表", autocomplete: "off" });
    const count = make("output", { class: "note" });
    table.before(make("p", { class: "filter" }, input, " ", count));
    let texts;
    input.addEventListener("input", () => {
      texts ??= [...body.rows].map((row) => [row, fold(row.textContent)]);
      const words = fold(input.value).split(" ");
      let shown = 0;
      for (const [row, text] of texts) {
        row.hidden = !words.every((word) => text.includes(word));
        shown += !row.hidden;
      }
      count.textContent = input.value ? `${number(shown)} / ${number(texts.length)}` : "";
    });
  }

  // ---- who held what on a date -------------------------------------------------------------------
  function heldOn() {
    const form = $("#on-form");
    if (!form) return;
    form.hidden = false;
    const day = $("#on-date"), rows = [...$("#on-table").tBodies[0].rows];
    const show = () => {
      const on = day.value;
      let shown = 0;
      for (const row of rows) {
        const { first, sureFirst, sureLast, last } = row.dataset;
        const sure = sureFirst <= on && on <= sureLast, may = first <= on && on <= last;
        row.hidden = Boolean(on) && !sure && !may;
        shown += !row.hidden;
        $(".on", row).replaceChildren(on ? (sure ? say("certain", "确定") : say("possible", "可能")) : "");
      }
      $("#on-count").textContent = on ? number(shown) : "";
      const wanted = on ? `#on=${on}` : "#on";
      if (location.hash !== wanted && (on || location.hash.startsWith("#on="))) location.hash = wanted;
    };
    const read = () => {
      const found = /^#on=(\d{4}-\d\d-\d\d)$/.exec(location.hash);
      if ((found?.[1] ?? "") !== day.value) { day.value = found?.[1] ?? ""; show(); }
    };
    day.addEventListener("change", show);
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("reset", () => { day.value = ""; show(); });
    addEventListener("hashchange", read);
    read();
  }

  // ---- search ------------------------------------------------------------------------------------
  const FOLDERS = { country: ["Country", "国家", 3], organization: ["Body", "机构", 2.4], person: ["Person", "人物", 2.6], post: ["Post", "职务", 1.6], series: ["Series", "机制", 1.6], term: ["Term", "任期", 1.4], contact: ["Contact", "交往", 1], source: ["Source", "来源", 0.7] };
  const HAN = /\p{Script=Han}/u;
  /** Words of a text; Han characters one by one and in pairs, or in pairs only where they can. */
  function tokens(text, query = false) {
    const found = [];
    for (const word of fold(text).split(" ")) {
      for (const run of word.match(/\p{Script=Han}+|[^\p{Script=Han}]+/gu) ?? []) {
        if (!HAN.test(run)) { found.push(run); continue; }
        const letters = [...run];
        if (!query || letters.length === 1) found.push(...letters);
        for (let index = 1; index < letters.length; index++) found.push(letters[index - 1] + letters[index]);
      }
    }
    return found;
  }
  function searchable(names) {
    const index = new MiniSearch({
      fields: ["name", "zh", "others"], idField: "n",
      tokenize: (text) => tokens(text), processTerm: (term) => term,
      searchOptions: {
        tokenize: (text) => tokens(text, true), processTerm: (term) => term, combineWith: "AND",
        boost: { name: 2, zh: 2 }, boostDocument: (n) => FOLDERS[names[n][0]][2],
        // the word being written may be unfinished
        prefix: (term, place, terms) => place === terms.length - 1 && !HAN.test(term),
      },
    });
    // a piece at a time, so that the page answers meanwhile
    const ready = index.addAllAsync(names.map(([folder, , name, zh, others], n) => ({
      n, name, zh,
      // a name written without its spaces: liujianchao
      others: folder === "person" ? `${others} ${fold(name).replaceAll(" ", "")}` : others,
    })), { chunkSize: 2000 });
    const find = (query) => {
      const found = index.search(query);
      return found.length ? found : index.search(query, { prefix: (term) => !HAN.test(term), fuzzy: (term) => (HAN.test(term) || term.length < 5 ? false : 0.2) });
    };
    return ready.then(() => find);
  }
  async function search() {
    const form = $("#search");
    if (!form || !window.zhonglianbuNames) return;
    form.hidden = false;
    const names = window.zhonglianbuNames, input = $("#q");
    input.value = new URLSearchParams(location.search).get("q") ?? "";
    input.focus();
    const find = await searchable(names);
    find("中 a"); // what the engine compiles here, the reader's first query need not wait for
    const show = () => {
      const query = input.value.trim(), hits = query ? find(query) : [];
      $("#search-count").replaceChildren(...(query ? [make("strong", {}, number(hits.length)), " ", say("found", "条结果")] : []));
      $("#found").replaceChildren(...hits.slice(0, 60).map((hit) => {
        const [folder, id, name, zh, , about] = names[hit.id];
        const link = make("a", { href: `${folder}/${id}.html` }, name);
        if (zh && zh !== name) link.append(" ", inZh(zh));
        const [en, word] = FOLDERS[folder];
        return make("li", {}, make("span", { class: "tag" }, say(en, word)), link, about ? make("small", {}, ` ${about}`) : "");
      }));
    };
    const read = () => {
      const wanted = new URLSearchParams(location.hash.slice(1)).get("q") ?? new URLSearchParams(location.search).get("q") ?? "";
      if (wanted !== input.value) input.value = wanted;
      show();
    };
    input.addEventListener("input", () => {
      history.replaceState(null, "", `#${new URLSearchParams({ q: input.value })}`);
      show();
    });
    form.addEventListener("submit", (event) => event.preventDefault());
    addEventListener("hashchange", read);
    if (input.value && !location.hash) show(); // written while the index was made
    else read();
    root.dataset.searchable = "true";
  }

  // ---- contacts ----------------------------------------------------------------------------------
  // places of the cells in a row of data/contacts.js; see src/zhonglianbu/site/data.py
  const ID = 0, DATE = 1, END = 2, BASIS = 3, YEAR = 4, KIND = 5, MODE = 6, DIRECTION = 7, PLACE = 8, TITLE = 9, FLAGS = 10, COUNTRIES = 11, BODIES = 12, PARTIES = 13, OFFICIALS = 14, MET = 15, SOURCE = 16, HOSTS = 17;
  const COUNTED = 1, WITH_PARTY = 2, ILD = 4;

  /** Bars by year, as src/zhonglianbu/site/charts.py draws them. */
  function years(rows, data, most = 0, from = Infinity, about = "") {
    const counts = new Map();
    for (const row of rows) {
      if (!row[YEAR]) continue;
      const pair = counts.get(row[YEAR]) ?? [0, 0];
      pair[row[FLAGS] & WITH_PARTY ? 0 : 1]++;
      counts.set(row[YEAR], pair);
    }
    const all = Object.keys(data.coverage).map(Number);
    if (!counts.size || !all.length) return "";
    const first = Math.min(from, ...counts.keys()), last = Math.max(...all, ...counts.keys());
    const top = Math.max(most, ...[...counts.values()].map(([a, b]) => a + b));
    const width = about ? 320 : 960, height = 120, base = height - 20, slot = width / (last - first + 1), wide = Math.min(slot * 0.78, 26);
    const svg = draw("svg", { class: "chart", viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": `${about} contacts by year, ${first} to ${last}, at most ${top}` });
    for (let year = first; year <= last; year++) {
      const x = (year - first) * slot, census = ["frame", "part"].includes(data.coverage[year]);
      if (census) svg.append(draw("rect", { class: "band", x, y: 0, width: slot, height: base }));
      const [party, other] = counts.get(year) ?? [0, 0];
      const bar = draw("g", {}, draw("title", {}, `${year}: ${party + other}`));
      let y = base;
      for (const [name, value] of [["party", party], ["other", other]]) {
        const tall = value * (base - 8) / top;
        y -= tall;
        if (value) bar.append(draw("rect", { class: name, x: x + (slot - wide) / 2, y, width: wide, height: tall }));
      }
      svg.append(bar);
      const every = [1, 2, 5, 10, 20, 50].find((n) => n * slot >= 40) ?? 50;
      if (year % every === 0) svg.append(draw("text", { class: "tick mid", x: x + slot / 2, y: height - 5 }, String(year)));
    }
    return svg;
  }

  /** What filters and comparisons need of a contact, told from the address. */
  function matcher(state, data) {
    const place = (list, id) => list.findIndex((one) => one[0] === id);
    const tests = [];
    const on = (key, test) => { const value = state.get(key); if (value) tests.push(test(value)); };
    if (!state.get("uncounted")) tests.push((row) => row[FLAGS] & COUNTED);
    on("partyonly", () => (row) => row[FLAGS] & WITH_PARTY);
    on("ild", () => (row) => row[FLAGS] & ILD);
    on("from", (value) => (row) => row[YEAR] >= Number(value));
    on("to", (value) => (row) => row[YEAR] && row[YEAR] <= Number(value));
    on("region", (value) => (row) => row[COUNTRIES].some((n) => data.countries[n][3] === value));
    on("country", (value) => { const n = place(data.countries, value); return (row) => row[COUNTRIES].includes(n); });
    for (const key of ["party", "body"]) {
      on(key, (value) => { const n = place(data.organizations, value); return (row) => row[PARTIES].includes(n) || row[BODIES].includes(n); });
    }
    on("family", (value) => (row) => row[PARTIES].some((n) => data.organizations[n][4] === value));
    on("official", (value) => { const n = place(data.people, value); return (row) => row[OFFICIALS].includes(n); });
    on("met", (value) => { const n = place(data.people, value); return (row) => row[MET].includes(n); });
    on("head", (value) => { const rows = new Set(data.heads[place(data.heads, value)]?.[5].map((n) => data.rows[n])); return (row) => rows.has(row); });
    for (const [key, index] of [["kind", KIND], ["mode", MODE], ["direction", DIRECTION]]) on(key, (value) => (row) => row[index] === value);
    on("q", (value) => {
      const words = fold(value).split(" ");
      return (row) => { row.text ??= fold(texts(row, data).join(" ")); return words.every((word) => row.text.includes(word)); };
    });
    return (row) => tests.every((test) => test(row));
  }
  function texts(row, data) {
    return [row[TITLE], row[PLACE], row[DATE],
      ...row[COUNTRIES].flatMap((n) => data.countries[n].slice(1, 3)),
      ...[...row[BODIES], ...row[PARTIES]].flatMap((n) => data.organizations[n].slice(1, 3)),
      ...[...row[OFFICIALS], ...row[MET]].flatMap((n) => data.people[n].slice(1, 3)), ...row[HOSTS]];
  }
  function named(folder, [id, name, zh]) {
    const link = make("a", { href: `${folder}/${id}.html` }, name);
    if (zh && zh !== name) link.append(" ", inZh(zh));
    return link;
  }
  function listed(links) {
    return make("ul", {}, ...links.map((link) => make("li", {}, link)));
  }
  const isLink = (address) => /^https?:\/\//.test(address);
  function contactRow(row, data) {
    const shown = row[BODIES].length ? row[BODIES].map((n) => named("organization", data.organizations[n]))
      : row[COUNTRIES].map((n) => named("country", data.countries[n]));
    const date = make("td", { class: "date" }, make("time", {}, row[DATE]));
    if (row[BASIS] === "published") date.append(" ", make("abbr", { title: "published on this day; it may have taken place up to four days before" }, "pub."));
    if (row[BASIS] === "undated") date.append(" ", make("abbr", { title: "no page gives a day; as wide as the tenure of the official leaves it" }, "undated"));
    const small = make("small", {}, [data.codes.contact_kind[row[KIND]] ?? row[KIND], row[PLACE], row[FLAGS] & COUNTED ? "" : "not counted"].filter(Boolean).join(", "));
    const source = make("td", { class: "src" });
    if (row[SOURCE].length) {
      const [id, address, publisher] = row[SOURCE];
      source.append(make("a", { class: "out", href: isLink(address) ? address : `source/${id}.html`, rel: "noreferrer" }, data.publishers[publisher] || id));
    }
    const more = shown.length > 4 ? [...shown.slice(0, 4), `and ${shown.length - 4} more`] : shown;
    return make("tr", { class: row[FLAGS] & COUNTED ? "" : "uncounted", "data-id": row[ID] }, date,
      make("td", { class: "what" }, make("a", { href: `contact/${row[ID]}.html` }, row[TITLE]), " ", small),
      make("td", { class: "with" }, listed(more)),
      make("td", { class: "cpc" }, listed([...row[OFFICIALS].map((n) => named("person", data.people[n])), ...row[HOSTS]])), source);
  }

  // ---- explore -----------------------------------------------------------------------------------
  const KEYS = {
    date: (row) => row[DATE], title: (row) => row[TITLE],
    country: (row, data) => row[COUNTRIES].map((n) => data.countries[n][1]).join(", "),
    official: (row, data) => row[OFFICIALS].map((n) => data.people[n][1]).join(", "),
    source: (row, data) => (row[SOURCE].length ? data.publishers[row[SOURCE][2]] : ""),
  };
  const PAGE = 100;
  const options = (pairs) => [["", say("all", "全部", "option")], ...pairs].map(([value, text]) => {
    const option = text instanceof Element ? text : make("option", {}, text);
    option.value = value;
    return option;
  });
  const byName = (list, label) => list.map((one) => [one[0], label(one)]).sort((a, b) => a[1].localeCompare(b[1], "en"));
  const both = ([, name, zh]) => (zh && zh !== name ? `${name} ${zh}` : name);
  const used = (data, list, ...columns) => {
    const numbers = new Set(data.rows.flatMap((row) => columns.flatMap((column) => row[column])));
    return list.filter((_, n) => numbers.has(n));
  };

  function csv(rows, data) {
    const quote = (value) => (/[",\n\r]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);
    const several = (list, all, column) => list.map((n) => all[n][column]).join("; ");
    const header = ["contact_id", "start_date", "end_date", "date_basis", "kind", "mode", "direction", "place", "title", "in_statistics", "country_ids", "countries", "organization_ids", "organizations", "party_ids", "official_ids", "officials", "with_ild", "source_id", "source_url", "data_version", "cite_as"];
    const lines = rows.map((row) => [
      row[ID], row[DATE], row[END], row[BASIS], row[KIND], row[MODE], row[DIRECTION], row[PLACE], row[TITLE],
      String(Boolean(row[FLAGS] & COUNTED)), several(row[COUNTRIES], data.countries, 0), several(row[COUNTRIES], data.countries, 1),
      several(row[BODIES], data.organizations, 0), several(row[BODIES], data.organizations, 1), several(row[PARTIES], data.organizations, 0),
      several(row[OFFICIALS], data.people, 0), several(row[OFFICIALS], data.people, 1), String(Boolean(row[FLAGS] & ILD)),
      row[SOURCE][0] ?? "", row[SOURCE][1] ?? "", data.version, data.cite,
    ].map(quote).join(","));
    return [header.join(","), ...lines].join("\n") + "\n";
  }

  function explore() {
    const form = $("#explore"), data = window.zhonglianbuContacts;
    if (!form || !data) return;
    form.hidden = false;
    const fields = form.elements;
    const fill = (name, pairs) => fields[name].replaceChildren(...options(pairs));
    fill("region", [...new Set(data.countries.map((one) => one[3]))].filter(Boolean).sort().map((one) => [one, one]));
    fill("country", byName(used(data, data.countries, COUNTRIES), both));
    fill("party", byName(used(data, data.organizations, PARTIES).filter((one) => one[3]), both));
    const families = new Set(data.organizations.map((one) => one[4]));
    const codes = (name, here = () => true) => Object.entries(data.codes[name]).filter(([code]) => here(code));
    fill("family", codes("party_family", (code) => families.has(code)));
    fill("official", byName(used(data, data.people, OFFICIALS), both));
    fill("head", [...data.heads].reverse().map(([id, name, zh, from, to]) => [id, `${both([id, name, zh])}, ${from}–${to}`]));
    for (const [name, vocabulary, index] of [["kind", "contact_kind", KIND], ["mode", "contact_mode", MODE], ["direction", "contact_direction", DIRECTION]]) {
      const there = new Set(data.rows.map((row) => row[index]));
      fill(name, codes(vocabulary, (code) => there.has(code)));
    }
    const body = $("#explore-table").tBodies[0], more = $("#explore-more"), heads = $$("#explore-table thead th");
    const sorts = heads.map((th) => {
      const button = make("button", { type: "button" });
      button.append(...th.childNodes);
      th.append(button);
      button.addEventListener("click", () => {
        const state = stated(), key = th.dataset.key, now = state.get("sort") ?? "-date";
        state.set("sort", now === key ? `-${key}` : now === `-${key}` ? key : key === "date" ? "-date" : key);
        if (state.get("sort") === "-date") state.delete("sort");
        go(state);
      });
      return th;
    });
    let found = [], shown = 0, typing = false;

    const stated = () => new URLSearchParams(location.hash.slice(1));
    const go = (state, replace = false) => {
      const hash = `#${state}`;
      if (replace) { history.replaceState(null, "", hash); render(); } else location.hash = hash;
    };
    const collect = () => {
      const state = new URLSearchParams();
      for (const [key, value] of new FormData(form)) if (value) state.set(key, value);
      const sort = stated().get("sort");
      if (sort) state.set("sort", sort);
      return state;
    };
    const grow = () => {
      body.append(...found.slice(shown, shown + PAGE).map((row) => contactRow(row, data)));
      shown = Math.min(found.length, shown + PAGE);
      more.hidden = shown >= found.length;
    };
    function render() {
      const state = stated();
      for (const field of fields) {
        if (!field.name) continue;
        const value = state.get(field.name) ?? "";
        if (field.type === "checkbox") field.checked = Boolean(value);
        else if (field.value !== value) field.value = value;
      }
      const sort = state.get("sort") ?? "-date", down = sort.startsWith("-"), key = sort.replace("-", "");
      found = data.rows.filter(matcher(state, data));
      if (down) found.reverse();
      if (key !== "date" && KEYS[key]) {
        const keyed = found.map((row) => [KEYS[key](row, data), row]);
        keyed.sort(([a], [b]) => (!a - !b) || a.localeCompare(b, "en") * (down ? -1 : 1));
        found = keyed.map(([, row]) => row);
      }
      for (const th of sorts) {
        if (th.dataset.key === key) th.setAttribute("aria-sort", down ? "descending" : "ascending");
        else th.removeAttribute("aria-sort");
      }
      const countries = new Set(found.flatMap((row) => row[COUNTRIES])), parties = new Set(found.flatMap((row) => row[PARTIES]));
      $("#explore-count").replaceChildren(make("strong", { id: "found-rows" }, number(found.length)), " ", say("contacts", "次交往"), ` · ${number(countries.size)} `, say("countries and territories", "个国家和地区"), ` · ${number(parties.size)} `, say("parties", "个政党"));
      const also = ["body", "met"].filter((name) => state.get(name)).map((name) => {
        const one = (name === "body" ? data.organizations : data.people).find(([id]) => id === state.get(name));
        const drop = make("button", { type: "button" }, "×");
        drop.setAttribute("aria-label", "Remove this filter");
        drop.addEventListener("click", () => { const next = stated(); next.delete(name); go(next); });
        return make("span", {}, say("with", "对方"), " ", one ? named(name === "body" ? "organization" : "person", one) : state.get(name), " ", drop);
      });
      $("#explore-also").replaceChildren(...also);
      $("#explore-chart").replaceChildren(years(found, data));
      body.replaceChildren();
      shown = 0;
      grow();
      root.dataset.explored = String(found.length);
    }
    form.addEventListener("input", (event) => {
      if (event.target.type !== "search") return;
      go(collect(), typing);
      typing = true;
    });
    form.addEventListener("focusout", () => { typing = false; });
    form.addEventListener("change", (event) => { if (event.target.type !== "search") go(collect()); });
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("reset", (event) => { event.preventDefault(); go(new URLSearchParams()); });
    more.addEventListener("click", grow);
    $("#download").addEventListener("click", () => {
      const address = URL.createObjectURL(new Blob([csv(found, data)], { type: "text/csv" }));
      const link = make("a", { href: address, download: `zhonglianbu-${data.version}-contacts.csv` });
      document.body.append(link);
      link.click();
      link.remove();
      setTimeout(() => URL.revokeObjectURL(address), 1000);
    });
    addEventListener("hashchange", render);
    render();
  }

  // ---- compare -----------------------------------------------------------------------------------
  function comparing() {
    const form = $("#compare"), data = window.zhonglianbuContacts;
    if (!form || !data) return;
    form.hidden = false;
    const { what, add } = form.elements, most = 4;
    const lists = {
      country: { all: used(data, data.countries, COUNTRIES), folder: "country", met: PARTIES, from: data.organizations, to: "organization", label: ["Parties met", "交往政党"] },
      party: { all: used(data, data.organizations, PARTIES).filter((one) => one[3]), folder: "organization", met: OFFICIALS, from: data.people, to: "person", label: ["Officials", "中方官员"] },
      head: { all: data.heads, folder: "term", met: COUNTRIES, from: data.countries, to: "country", label: ["Countries met", "交往国家"] },
    };
    const stated = () => new URLSearchParams(location.hash.slice(1));
    function render() {
      const state = stated(), kind = lists[state.get("what")] ? state.get("what") : "country", list = lists[kind];
      what.value = kind;
      const ids = state.getAll("id").filter((id) => list.all.some((one) => one[0] === id)).slice(0, most);
      add.replaceChildren(...options(byName(list.all.filter((one) => !ids.includes(one[0])), both)));
      add.firstChild.replaceWith(Object.assign(say("choose", "请选择", "option"), { value: "" }));
      add.disabled = ids.length >= most;
      const sets = ids.map((id) => data.rows.filter(matcher(new URLSearchParams([[kind, id]]), data)));
      const top = Math.max(1, ...sets.map((rows) => {
        const counts = {};
        for (const row of rows) if (row[YEAR]) counts[row[YEAR]] = (counts[row[YEAR]] ?? 0) + 1;
        return Math.max(0, ...Object.values(counts));
      }));
      const first = Math.min(...sets.flatMap((rows) => rows.map((row) => row[YEAR] || Infinity)));
      add.value = "";
      $("#compared").replaceChildren(...ids.map((id, place) => {
        const rows = sets[place], one = list.all.find(([key]) => key === id);
        const count = (test) => number(rows.filter(test).length);
        const met = new Map();
        for (const row of rows) for (const n of row[list.met]) met.set(n, (met.get(n) ?? 0) + 1);
        const best = [...met].sort((a, b) => b[1] - a[1]).slice(0, 6);
        const drop = say("Remove", "移除", "button");
        drop.type = "button";
        drop.addEventListener("click", () => go(kind, ids.filter((other) => other !== id)));
        const pair = (words, value) => [make("dt", {}, words), make("dd", { class: "n" }, value)];
        return make("article", { "data-id": id }, make("h2", {}, named(list.folder, one)), years(rows, data, top, first, one[1]),
          make("dl", {}, ...pair(say("contacts", "次交往"), number(rows.length)), ...pair(say("with parties", "与政党"), count((row) => row[FLAGS] & WITH_PARTY)),
            ...pair(say("incoming", "来访"), count((row) => row[DIRECTION] === "incoming")), ...pair(say("outgoing", "出访"), count((row) => row[DIRECTION] === "outgoing")),
            ...pair(say("first on record", "最早记录"), rows.find((row) => row[YEAR])?.[DATE] ?? ""), ...pair(say("last on record", "最近记录"), rows.findLast((row) => row[YEAR])?.[DATE] ?? "")),
          make("p", { class: "note" }, say(...list.label)), listed(best.map(([n, times]) => make("span", {}, named(list.to, list.from[n]), ` ${times}`))),
          make("p", {}, make("a", { href: `explore.html#${kind}=${id}` }, say("All in the explorer", "在检索页查看全部")), " ", drop));
      }));
    }
    const go = (kind, ids) => { location.hash = `#${new URLSearchParams([["what", kind], ...ids.map((id) => ["id", id])])}`; };
    what.addEventListener("change", () => go(what.value, []));
    add.addEventListener("change", () => { if (add.value) go(what.value, [...stated().getAll("id"), add.value]); });
    form.addEventListener("submit", (event) => event.preventDefault());
    addEventListener("hashchange", render);
    render();
  }

  // ---- the rest ----------------------------------------------------------------------------------
  function copying() {
    for (const text of $$(".copy")) {
      const button = say("Copy", "复制", "button");
      button.type = "button";
      button.addEventListener("click", async () => {
        try {
          await navigator.clipboard.writeText(text.textContent.trim());
          button.after(" ✓");
        } catch {
          getSelection().selectAllChildren(text);
        }
      });
      text.after(button);
    }
  }
  function maps() {
    for (const map of $$(".map")) {
      map.addEventListener("click", (event) => {
        const shape = event.target.closest("[data-id]");
        if (shape) location.href = `${document.body.dataset.root}country/${shape.dataset.id}.html`;
      });
    }
  }
  addEventListener("DOMContentLoaded", () => {
    switches();
    $$("table.sortable").forEach(sortable);
    $$("table.filtered").forEach(filtered);
    maps();
    for (const box of $$(".years .scroll")) box.scrollLeft = box.scrollWidth; // the latest years first
    heldOn();
    search();
    explore();
    comparing();
    copying();
    speak();
  });
})();
