"use strict";
// What came meanwhile is shown without loading the page anew; where somebody is filling something in, it waits.
(() => {
  const live = document.getElementById("live");
  const busy = () => {
    const at = document.activeElement;
    return live.contains(at) && at.matches("input,select,textarea") || live.querySelector("details[open]") !== null;
  };
  const show = () => {
    const modal = live.querySelector("dialog.modal");
    if (modal) modal.scrollIntoView({ block: "start" });
    else document.getElementById("end").scrollIntoView({ block: "end" });
  };
  const look = async () => {
    try {
      const answer = await fetch(location.pathname + "?part=live", { cache: "no-store" });
      if (answer.ok) {
        const now = document.createElement("template");
        now.innerHTML = await answer.text();
        if (now.innerHTML !== live.innerHTML && !busy()) {
          live.replaceChildren(now.content);
          show();
        }
      }
    } catch {
      // the simulation has ended, or is being started anew
    }
    setTimeout(look, 1500);
  };
  show();
  document.querySelector("dialog.modal input:not([type=hidden]), dialog.modal select, #text")?.focus({ preventScroll: true });
  look();
})();
