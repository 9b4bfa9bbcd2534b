// What this browser remembers. Storage may be full or switched off; then only the next visit forgets.

export function remembered(name) {
  try {
    return localStorage.getItem(name) ?? '';
  } catch {
    return '';
  }
}

export function remember(name, value) {
  try {
    if (value) localStorage.setItem(name, value);
    else localStorage.removeItem(name);
  } catch {
    // As said above.
  }
}

/** The same for this tab alone, over its reloads. */
export function rememberedHere(name) {
  try {
    return sessionStorage.getItem(name) ?? '';
  } catch {
    return '';
  }
}

export function rememberHere(name, value) {
  try {
    if (value) sessionStorage.setItem(name, value);
    else sessionStorage.removeItem(name);
  } catch {
    // As said above.
  }
}

/** All entries whose name begins so, as pairs of the rest of the name and the value. */
export function rememberedAll(prefix) {
  try {
    return Object.entries({ ...localStorage })
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, value]) => [name.slice(prefix.length), value]);
  } catch {
    return [];
  }
}

/** Forgets all entries whose names begin so. */
export function forgetAll(prefix) {
  rememberedAll(prefix).forEach(([rest]) => remember(prefix + rest, ''));
}

/** Like a UUID; crypto.randomUUID is missing where a page is opened over plain HTTP from another machine. */
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('');
}
