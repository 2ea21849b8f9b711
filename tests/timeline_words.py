"""What Python says about a state of the timeline, from the same entries."""

from lecturelib.widgets.timeline import entries

STRANDS = ("ideas", "data", "hardware")


def shown(state):
    """The entries that the state lets through."""
    wanted = state["text"].strip().lower()
    return [
        entry
        for entry in entries()
        if state["strand"] in ("all", entry["strand"])
        and state["since"] <= entry["year"] <= state["until"]
        and any(wanted in entry[name].lower() for name in ("title", "what", "why", "cite"))
    ]


def words(state):
    found = shown(state)
    counts = ", ".join(f"{s} {sum(e['strand'] == s for e in found)}" for s in STRANDS)
    text = f"{len(found)} of {len(entries())} entries shown: {counts}."
    if not found:
        text = "No entry fits: widen the period or shorten the search."
        if state["since"] > state["until"]:
            text = "The period is empty: it begins after its end."
    opened = next((entry for entry in entries() if entry["id"] == state["entry"]), None)
    if opened is None:
        return f"{text} None is open."
    hidden = "" if opened in found else " (not among those shown)"
    return f"{text} Open: {opened['year']}, {opened['title']}{hidden}."
