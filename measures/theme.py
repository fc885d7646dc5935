"""Colors of the pages, in Power BI and in the browser."""

from __future__ import annotations

# Each has a contrast of 4.5 to 1 and more with white.
SERIES = (
    "#005A9C",
    "#B34700",
    "#19734F",
    "#7A3E9D",
    "#8A6100",
    "#B0245A",
    "#3F4A54",
    "#0E6E78",
    "#5C4B8A",
    "#7B3F00",
)
INK, PAPER, BACKGROUND, LINE = "#1F2933", "#FFFFFF", "#F4F6F8", "#C5CCD3"
# Blue and orange are told apart with any color vision.
GOOD, NEUTRAL, BAD = "#005A9C", "#3F4A54", "#B34700"
# Limits, and figures that rest on few answers.
GREY = "#767676"
