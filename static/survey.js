// The page that is projected: the time that is left, and how many have answered.
const board = document.querySelector("[data-survey]");
const left = document.getElementById("survey-left");
const answered = document.getElementById("survey-answered");
const opened = Date.now();
const seconds = Number(board?.dataset.seconds);
const EVERY = 5000;

function showTime() {
  const remaining = Math.max(0, seconds - Math.round((Date.now() - opened) / 1000));
  const parts = [Math.floor(remaining / 60), remaining % 60];
  left.textContent = `${parts[0]}.${String(parts[1]).padStart(2, "0")}`;
  if (remaining === 0) location.reload();
}

async function showCount() {
  try {
    const answer = await fetch(board.dataset.survey, { headers: { Accept: "application/json" } });
    if (!answer.ok) return;
    const said = await answer.json();
    answered.textContent = said.answered;
    if (!said.open) location.reload();
  } catch {
    // The network is away for a moment: the next time will do.
  }
}

if (board) {
  setInterval(showTime, 1000);
  setInterval(showCount, EVERY);
  showTime();
}
