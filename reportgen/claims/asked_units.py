"""The unit that a claim states after its number, beside the unit of the answer.  What is not known to be a unit is held against nobody."""

from __future__ import annotations

import re

_INSIDE = re.compile(r"\\(?:mathrm|text|textrm|si|unit|operatorname)\s*\{\s*~?\s*([^{}]{1,20}?)\s*\}[\s.,;$]*\Z")
_AFTER = re.compile(r"[\s$~]*(?:\\[,;: ]\s*|\\\)\s*)*(?:\\(?:mathrm|text|textrm)\s*\{\s*)?([A-Za-zµμΩ°%][A-Za-z0-9µμΩ°/^²³·⁻¹]{0,12})")
_UNITS: dict[str, str] = {
    word: unit
    for unit, words in {
        "nat": "nat nats", "bit": "bit bits", "byte": "byte bytes", "J": "J joule joules", "kJ": "kJ", "N": "N newton newtons", "kN": "kN", "W": "W watt watts",
        "kW": "kW", "V": "V volt volts", "mV": "mV", "A": "A amp amps ampere amperes", "mA": "mA", "Pa": "Pa pascal pascals", "kPa": "kPa", "Hz": "Hz hertz",
        "kHz": "kHz", "kg": "kg kilogram kilograms", "g": "g gram grams", "t": "tonne tonnes", "m": "m metre metres meter meters", "cm": "cm", "mm": "mm",
        "km": "km kilometre kilometres kilometer kilometers", "s": "s sec second seconds", "ms": "ms", "min": "min minute minutes", "h": "h hr hour hours",
        "m/s": "m/s", "km/h": "km/h kmh kph", "m^2": "m^2 m²", "cm^2": "cm^2 cm²", "m^3": "m^3 m³", "cm^3": "cm^3 cm³", "K": "K kelvin", "°C": "°C celsius",
        "°F": "°F fahrenheit", "mol": "mol mole moles", "L": "L l litre litres liter liters", "mL": "mL ml", "rad": "rad radian radians",
        "°": "° degree degrees", "%": "% percent", "Ω": "Ω ohm ohms",
    }.items()
    for word in words.split()
}


def known(unit: str) -> str:
    """One spelling of a unit, "" for what is none."""
    word = re.sub(r"[\s\\{}]", "", unit).replace("μ", "µ")
    return _UNITS.get(word, _UNITS.get(word.lower(), "") if len(word) > 2 else "")


def stated(text: str, begin: int, end: int) -> str:
    """The unit in or right behind the claim that stands there."""
    inside = _INSIDE.search(text, begin, end)
    if inside is not None:
        return known(inside[1])
    after = _AFTER.match(text, end)
    word = after[1].rstrip("^/") if after is not None else ""
    # a single letter may be any name: it counts where a number stands right before it
    return known(word) if len(word) > 1 or re.search(r"\d[\s$]*\Z", text[begin:end]) else ""
