(() => {
  const root = document.documentElement, button = document.getElementById("theme");
  const isDark = () => (root.dataset.theme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
  const name = () => { button.textContent = isDark() ? "Light" : "Dark"; };
  button.hidden = false;
  button.addEventListener("click", () => { root.dataset.theme = isDark() ? "light" : "dark"; name(); });
  name();

  const value = (row, column) => { const cell = row.cells[column]; return cell.dataset.value ?? cell.textContent; };
  const order = { text: (a, b) => a.localeCompare(b, undefined, { numeric: true }), number: (a, b) => a - b };
  document.querySelectorAll("table.sortable").forEach((table) => {
    const body = table.tBodies[0];
    if (body.rows.length < 2) return;
    table.querySelectorAll("th[data-sort]").forEach((head) => {
      const control = document.createElement("button");
      control.type = "button";
      control.append(...head.childNodes);
      head.append(control);
      control.addEventListener("click", () => {
        const sign = head.ariaSort === "ascending" ? -1 : 1, column = head.cellIndex;
        table.querySelectorAll("th[aria-sort]").forEach((other) => other.removeAttribute("aria-sort"));
        head.ariaSort = sign > 0 ? "ascending" : "descending";
        const rows = [...body.rows], known = (row) => value(row, column) !== "";
        rows.sort((a, b) => (known(b) - known(a)) || sign * order[head.dataset.sort](value(a, column), value(b, column)));
        body.append(...rows);
      });
    });
  });
})();
