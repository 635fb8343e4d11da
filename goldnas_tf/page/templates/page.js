"use strict";
// What Vega does not do by itself: which network is shown, what is remembered when a page reloads.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const byId = (id) => document.getElementById(id);
  const options = { renderer: "svg", actions: false };
  const controls = [...document.querySelectorAll("[id^=front-], [id^=limit-]")];
  const signals = { "front-x": "x_axis", "front-y": "y_axis" };
  for (const input of document.querySelectorAll("input[id^=limit-]")) {
    signals[input.id] = input.id.replace("-", "_");
  }
  let front = null;
  let best = "";
  let chosen = "";

  const drawn = new Set();
  function drawCharts(root) {
    for (const place of root.querySelectorAll("[data-chart]")) {
      if (drawn.has(place) || place.closest("[hidden]")) continue;
      drawn.add(place);
      vegaEmbed(place, data.charts[place.dataset.chart], options);
    }
  }

  function choose(key) {
    const places = [...document.querySelectorAll("[data-network]")];
    if (!places.some((place) => place.dataset.network === key)) return;
    chosen = key;
    for (const place of places) place.hidden = place.dataset.network !== key;
    byId("chooser").value = key;
    drawCharts(byId("chooser").closest("section"));
    if (front && front.signal("chosen") !== key) front.signal("chosen", key).runAsync();
    try {
      history.replaceState(null, "", "#" + encodeURIComponent(key));
    } catch (error) {
      // a page without an address of its own, as in a notebook
    }
  }

  async function drawFront() {
    const specification = structuredClone(data.front[byId("front-scale").value]);
    specification.data[0].values = structuredClone(data.networks);
    if (front) front.finalize();
    const { view } = await vegaEmbed("#front", specification, options);
    front = view;
    for (const [id, signal] of Object.entries(signals)) view.signal(signal, byId(id).value);
    view.signal("chosen", chosen);
    view.addSignalListener("chosen", (_, key) => choose(key));
    view.addSignalListener("best", (_, key) => { best = key; });
    view.addSignalListener("best_text", (_, text) => { byId("best").textContent = text; });
    await view.runAsync();
    best = view.signal("best");
    byId("best").textContent = view.signal("best_text");
  }

  function copy(button) {
    const text = button.previousElementSibling.textContent;
    const done = () => {
      button.textContent = "copied";
      setTimeout(() => { button.textContent = "copy"; }, 1500);
    };
    navigator.clipboard.writeText(text).then(done, () => {
      getSelection().selectAllChildren(button.previousElementSibling);
      document.execCommand("copy");
      done();
    });
  }

  function asked() {
    const fragment = location.hash.slice(1);
    try {
      return decodeURIComponent(fragment);
    } catch (error) {
      return fragment;
    }
  }

  function remembered() {
    const key = "goldnas_tf " + location.pathname;
    const tables = [...document.querySelectorAll("details")];
    try {
      const before = JSON.parse(sessionStorage.getItem(key) || "{}");
      for (const one of controls) if (one.id in before) one.value = before[one.id];
      for (const number of before.open || []) if (tables[number]) tables[number].open = true;
      addEventListener("pagehide", () => {
        const now = Object.fromEntries(controls.map((one) => [one.id, one.value]));
        now.open = [...tables.keys()].filter((number) => tables[number].open);
        sessionStorage.setItem(key, JSON.stringify(now));
      });
    } catch (error) {
      // nothing is remembered where that is not allowed
    }
  }

  // a finger on a limit drags it and not the page; touch-action does nothing within a graphic
  const drags = (event) => event.target.closest("#front .limit") && event.preventDefault();
  document.addEventListener("touchstart", drags, { passive: false });

  document.addEventListener("click", (event) => {
    const chooses = event.target.closest("[data-choose]");
    if (chooses) {
      choose(chooses.dataset.choose);
      byId("network").scrollIntoView();
      document.querySelector("[data-network]:not([hidden]) h3").focus({ preventScroll: true });
    }
    if (event.target.matches("[data-copy]")) copy(event.target);
  });

  // how old the page of a run that goes on is: it may have been killed since
  function tellAge() {
    const minutes = Math.round((Date.now() - new Date(document.querySelector(".going-on time").dateTime)) / 60000);
    const [amount, unit] = minutes < 120 ? [minutes, "minute"] : [Math.round(minutes / 60), "hour"];
    if (amount > 0) byId("ago").textContent = `, ${new Intl.RelativeTimeFormat("en").format(-amount, unit)}`;
  }

  async function start() {
    remembered();
    if (byId("front")) {
      byId("front-scale").addEventListener("change", drawFront);
      await drawFront();
    }
    if (byId("chooser")) {
      byId("chooser").addEventListener("change", (event) => choose(event.target.value));
      choose(asked());
      if (!chosen) choose(best || byId("chooser").value);
      addEventListener("hashchange", () => choose(asked()));
    }
    drawCharts(document);
    if ("goingOn" in document.body.dataset) {
      tellAge();
      setTimeout(() => location.reload(), 20000);
    }
    document.body.dataset.ready = "";
  }
  start();
})();
