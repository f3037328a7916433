// 应急作答文件: every answer that this page holds, as a file for the invigilator, made without the network.
// docs/exam-protocol.md says what stands in it. What the server has already, it passes over.

import * as fields from "./fields.js";

const FORMAT = "ganxun-answers/1";
const $ = (id) => document.getElementById(id);

/** The text of the file. `held`: slot → {epoch, seq, value}; `pending` are those that were not acknowledged. */
function text({ scope, title, questions, card, saver, words }) {
  const told = [];
  for (const [slot, question] of questions) {
    const item = saver.held.get(slot);
    const said = fields.inWords(question, item ? item.value : null, words);
    const mark = saver.pending.has(slot) ? words.file_unsent : "";
    told.push(`${words.question.replace("{q}", card.number(slot))}：${said}${mark}`);
  }
  // Answers from before a page held its epoch lie between two epochs; the wire knows whole ones.
  const answers = [...saver.held].map(([slot, { epoch, seq, value }]) => ({ slot, epoch: Math.ceil(epoch), seq, value }));
  const file = {
    format: FORMAT, note: words.file_note, exam: title, attempt: scope.attempt, person: scope.person,
    saved_at: new Date().toISOString(), unsent: saver.pending.size, readable: told, answers,
  };
  return JSON.stringify(file, null, 1);
}

function download(content, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([content], { type: "application/json" }));
  link.download = name.replace(/[\\/:*?"<>|\s]+/g, "-");
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}

function copy(area) {
  area.select();
  // The newer way needs HTTPS, which a county's own network may lack.
  if (!document.execCommand("copy") && navigator.clipboard) navigator.clipboard.writeText(area.value).catch(() => {});
}

/** Shows the file: to be saved, or, where a browser saves none, to be copied. */
export function offer(page) {
  const content = text(page);
  const { scope, title, words } = page;
  $("file-text").value = content;
  $("file-said").textContent = "";
  $("file-save").onclick = () => {
    download(content, `${words.file_name}-${title}-${scope.attempt}.json`);
    $("file-said").textContent = words.file_saved;
  };
  $("file-copy").onclick = () => {
    copy($("file-text"));
    $("file-said").textContent = words.file_copied;
  };
  if (!$("ask-file").open) $("ask-file").showModal();
  $("file-save").focus();
  $("file-text").scrollTop = 0;
}
