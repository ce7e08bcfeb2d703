// The filter. Without this script the page shows everything.
(() => {
  'use strict';
  const tools = document.getElementById('tools');
  const filter = document.getElementById('filter');
  const matches = document.getElementById('matches');
  const buttons = Array.from(tools.querySelectorAll('button'));
  const hosts = Array.from(document.querySelectorAll('.h, .r tbody tr'), node => ({
    node,
    text: (node.matches('details') ? node.firstElementChild : node).textContent.toLowerCase(),
    home: node.closest('.g, .all'),
  }));
  const homes = Array.from(document.querySelectorAll('.g, .all'));
  const outer = Array.from(document.querySelectorAll('.more, .cause'));
  const few = 50; // hosts that a search opens without being asked

  function apply() {
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    const on = buttons.filter(b => b.getAttribute('aria-pressed') === 'true').map(b => b.dataset.shows);
    const wanted = new Map(homes.map(home => [home, on.some(name => home.classList.contains(name))]));
    const found = new Set();
    let count = 0;
    for (const host of hosts) {
      const match = words.every(word => host.text.includes(word));
      host.node.hidden = !match;
      if (match && wanted.get(host.home)) {
        found.add(host.home);
        ++count;
      }
    }
    for (const home of homes) home.hidden = !wanted.get(home) || (words.length > 0 && !found.has(home));
    for (const box of outer) box.hidden = !box.querySelector('.g:not([hidden])');
    if (words.length > 0 && count <= few) {
      for (const home of found) {
        home.open = true;
        const box = home.closest('.more');
        if (box) box.open = true;
      }
    }
    const narrowed = words.length > 0 || on.length < buttons.length;
    matches.textContent = narrowed ? matches.dataset.text.replace('{count}', count.toLocaleString()) : '';
  }

  let waiting = 0;
  filter.addEventListener('input', () => {
    clearTimeout(waiting);
    waiting = setTimeout(apply, 120);
  });
  for (const button of buttons) {
    button.addEventListener('click', () => {
      const on = button.getAttribute('aria-pressed') === 'true';
      button.setAttribute('aria-pressed', String(!on));
      apply();
    });
  }
  tools.hidden = false;
})();
