// Small helpers for the DOM. Text goes in as text, never as HTML.

export function h(tag, props, ...children) {
  const el = document.createElement(tag);
  for (const [key, value] of Object.entries(props || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (key === "class") el.className = value;
    else if (key.startsWith("on")) el.addEventListener(key.slice(2), value);
    else el.setAttribute(key, value === true ? "" : value);
  }
  el.append(...children.flat().filter((c) => c !== null && c !== undefined));
  return el;
}

// Sets the text only where it differs, so that a selection stays.
export function text(el, value) {
  const s = String(value);
  if (el.textContent !== s) el.textContent = s;
}

// Makes the children of `parent` those of `items`, in their order; an item
// that was there before keeps its element, and with it focus and state.
export function sync(parent, items, key, create, update) {
  const old = new Map();
  for (const el of parent.children) old.set(el.dataset.key, el);
  let at = parent.firstElementChild;
  for (const item of items) {
    const k = key(item);
    let el = old.get(k);
    if (el) {
      old.delete(k);
    } else {
      el = create(item);
      el.dataset.key = k;
    }
    update(el, item);
    if (el === at) at = at.nextElementSibling;
    else parent.insertBefore(el, at);
  }
  for (const el of old.values()) el.remove();
}
