/* Beside the forms of dates and times in /cms/: asks the paper how a date looks while an editor types. */

const FIELDS = ["language", "time_zone", "date_format", "time_format"];

const output = document.getElementById("date-preview");
const inputs = FIELDS.map((name) => document.getElementById(`id_${name}`));
let latest = 0;

async function show() {
  const request = ++latest;
  const values = new URLSearchParams(inputs.map((input) => [input.name, input.value]));
  const response = await fetch(`${output.dataset.source}?${values}`);
  const text = await response.text();
  if (request === latest && (response.ok || response.status === 422)) output.textContent = text; // a later one is on its way
}

for (const input of inputs) input.addEventListener("input", show);
