// The filter, and the evidence that is packed. Without this script the page shows every host.
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

  function reset() {
    filter.value = '';
    apply();
  }

  // The first host that a search left, with what it stands in opened.
  function goToFirst() {
    const first = hosts.find(host => !host.node.hidden && !host.home.hidden);
    if (!first) return;
    for (let box = first.node.parentElement; box; box = box.parentElement) {
      if (box.matches('details')) box.open = true;
    }
    const target = first.node.querySelector('summary') || first.node;
    if (target === first.node) target.tabIndex = -1;
    target.focus();
  }

  document.addEventListener('keydown', event => {
    const typing = event.target === filter;
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === '/' && !typing) filter.focus();
    else if (event.key === 'Escape' && typing) reset();
    else if (event.key === 'Enter' && typing) goToFirst();
    else return;
    event.preventDefault();
  });

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

  // A parcel: Base64 of deflated fragments with a NUL after each. They are escaped as the rest of the
  // page is, by the program that wrote it.
  const packed = document.getElementById('packed');
  const parcels = new Map();

  async function unpack(number) {
    const bytes = Uint8Array.from(atob(packed.children[number].textContent), c => c.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate'));
    return (await new Response(stream).text()).split('\0');
  }

  async function unfold(host) {
    if (host.dataset.done) return;
    host.dataset.done = 'yes';
    const size = Number(packed.dataset.parcel);
    const place = Number(host.dataset.e);
    const number = Math.floor(place / size);
    if (!parcels.has(number)) parcels.set(number, unpack(number));
    host.insertAdjacentHTML('beforeend', (await parcels.get(number))[place % size]);
  }

  // toggle does not bubble.
  document.addEventListener('toggle', event => {
    if (event.target.open && event.target.dataset.e !== undefined) unfold(event.target);
  }, true);
})();
