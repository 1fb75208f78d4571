// The stop rule on the phone, from the same numbers the clinic judges by (they come with the page and the sessions).
(() => {
  const portal = (self.portal = self.portal || {});

  // "stop", "red", "amber", "green" or "waiting" (the next morning is still to come). `pain` and `morning` null: not
  // told yet. `rules.usual` is the leg's usual morning.
  portal.light = ({ pain = null, signs = [], morning = null }, rules) => {
    const rise = morning === null ? 0 : morning - rules.usual;
    if (signs.length) return "stop";
    if ((pain !== null && pain >= rules.red_from) || rise > rules.rise_red_above) return "red";
    if ((pain !== null && pain > rules.green_to) || rise > 0 || (morning ?? 0) > rules.morning_green_to) return "amber";
    return morning === null ? "waiting" : "green";
  };

  portal.stops = (told, rules) => ["stop", "red"].includes(portal.light(told, rules));
})();
