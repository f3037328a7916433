// Answers that the server has not acknowledged, kept in IndexedDB until it has. One entry per person, attempt,
// epoch and slot: whoever else signs in here neither sees nor sends them. Where the browser allows no
// database (private windows), the page's memory serves, and `durable` is false so that the page can say so.

const STORE = "answers";
let database = null;
const memory = new Map();

export let durable = false;

export function open() {
  return new Promise((resolve) => {
    const finish = (db) => {
      database = db;
      durable = db !== null;
      resolve();
    };
    try {
      const opening = indexedDB.open("ganxun-exam", 1);
      opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
      opening.onsuccess = () => {
        opening.result.onversionchange = () => opening.result.close(); // sign-out deletes the database
        finish(opening.result);
      };
      opening.onerror = opening.onblocked = () => finish(null);
    } catch (error) {
      finish(null);
    }
  });
}

function store(mode) {
  return database.transaction(STORE, mode).objectStore(STORE);
}

function key(scope, item) {
  return [scope.person, scope.attempt, item.epoch, item.slot];
}

// Arrays sort after numbers, so this spans every epoch and slot.
function range(scope) {
  return IDBKeyRange.bound([scope.person, scope.attempt], [scope.person, scope.attempt, []]);
}

/** Keep {epoch, slot, seq, value} in place of what the slot held in this epoch. */
export function put(scope, item) {
  memory.set(key(scope, item).join("/"), item);
  if (!database) return;
  try {
    const request = store("readwrite").put(item, key(scope, item));
    request.onerror = () => { durable = false; };
  } catch (error) {
    database = null;
    durable = false;
  }
}

export function remove(scope, item) {
  memory.delete(key(scope, item).join("/"));
  if (database) store("readwrite").delete(key(scope, item));
}

/** Everything kept for this person and attempt. */
export function all(scope) {
  if (!database) return Promise.resolve([...memory.values()]);
  return new Promise((resolve) => {
    const request = store("readonly").getAll(range(scope));
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => resolve([...memory.values()]);
  });
}

export function erase(scope) {
  memory.clear();
  if (!database) return Promise.resolve();
  return new Promise((resolve) => {
    const request = store("readwrite").delete(range(scope));
    request.onsuccess = request.onerror = () => resolve();
  });
}
