"""The report as a whole: its settings and its theme."""

from __future__ import annotations

from measures.theme import BACKGROUND, BAD, GOOD, INK, LINE, NEUTRAL, PAPER, SERIES
from powerbi.names import Json

SCHEMAS = "https://developer.microsoft.com/json-schemas/fabric/item/report/definition"
THEME = "EMR-Analytics.json"
# The name of one that ships with Power BI, which takes its place; a project holds a file of it.
BASE_THEME = "CY24SU10"
BASE_THEME_FILE = f"BaseThemes/{BASE_THEME}.json"
VERSIONS = {"visual": "2.2.0", "report": "3.0.0", "page": "2.0.0"}


def report_settings() -> Json:
    """The content of report.json."""
    return {
        "$schema": f"{SCHEMAS}/report/3.0.0/schema.json",
        "themeCollection": {
            "baseTheme": {
                "name": BASE_THEME,
                "reportVersionAtImport": VERSIONS,
                "type": "SharedResources",
            },
            "customTheme": {
                "name": THEME,
                "reportVersionAtImport": VERSIONS,
                "type": "RegisteredResources",
            },
        },
        "resourcePackages": [
            {
                "name": "SharedResources",
                "type": "SharedResources",
                "items": [{"name": BASE_THEME, "path": BASE_THEME_FILE, "type": "BaseTheme"}],
            },
            {
                "name": "RegisteredResources",
                "type": "RegisteredResources",
                "items": [{"name": THEME, "path": THEME, "type": "CustomTheme"}],
            },
        ],
        "settings": {
            "useStylableVisualContainerHeader": True,
            "defaultDrillFilterOtherVisuals": True,
            "allowChangeFilterTypes": True,
            "useEnhancedTooltips": True,
            "exportDataMode": "AllowSummarized",
        },
    }


def theme(name: str) -> Json:
    """The report's theme: colors with contrast, text that is large enough."""
    return {
        # Power BI wants the name of the resource
        "name": name,
        "dataColors": list(SERIES),
        "background": PAPER,
        "foreground": INK,
        "tableAccent": SERIES[0],
        "good": GOOD,
        "neutral": NEUTRAL,
        "bad": BAD,
        "hyperlink": SERIES[0],
        "textClasses": {
            "title": {"fontFace": "Segoe UI Semibold", "fontSize": 12, "color": INK},
            "label": {"fontFace": "Segoe UI", "fontSize": 10, "color": INK},
            "callout": {"fontFace": "Segoe UI Semibold", "fontSize": 20, "color": INK},
            "header": {"fontFace": "Segoe UI Semibold", "fontSize": 12, "color": INK},
        },
        "visualStyles": {
            "*": {
                "*": {
                    "background": [{"show": True, "color": {"solid": {"color": PAPER}}}],
                    "border": [{"show": True, "color": {"solid": {"color": LINE}}, "radius": 4}],
                }
            },
            "page": {
                "*": {
                    "background": [{"color": {"solid": {"color": BACKGROUND}}, "transparency": 0}],
                    "outspace": [{"color": {"solid": {"color": BACKGROUND}}}],
                }
            },
        },
    }
