// The stop rule on the phone, from the same numbers the clinic judges by (they come with the page and the sessions).
(() => {
  const portal = (self.portal = self.portal || {});

  // "stop", "red", "amber" or "waiting" (the next morning is still to come). `pain` null: not told yet.
  portal.light = ({ pain = null, signs = [] }, rules) => {
    if (signs.length) return "stop";
    if (pain !== null && pain >= rules.red_from) return "red";
    return pain !== null && pain > rules.green_to ? "amber" : "waiting";
  };

  portal.stops = (told, rules) => ["stop", "red"].includes(portal.light(told, rules));
})();
