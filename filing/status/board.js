"use strict";
(() => {
  const box = document.getElementById("filter");
  const count = document.getElementById("count");
  const rows = [...document.querySelectorAll("[data-batch]")];
  box.closest("p").hidden = false;
  box.addEventListener("input", () => {
    const wanted = box.value.trim().toLowerCase();
    let shown = 0;
    for (const row of rows) {
      row.hidden = !row.dataset.text.toLowerCase().includes(wanted);
      shown += !row.hidden && row.tagName === "TR";
      const section = document.getElementById("batch-" + row.dataset.batch);
      if (section) section.hidden = row.hidden;
    }
    count.textContent = shown + (shown === 1 ? " batch shown" : " batches shown");
  });
})();
