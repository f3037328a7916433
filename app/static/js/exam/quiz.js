// Comfort on the page of one quiz question, which is a plain form.

import { enhance } from "./places.js";

document.querySelectorAll("fieldset.question").forEach(enhance);
