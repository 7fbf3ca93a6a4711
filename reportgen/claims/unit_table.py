"""The units by name: what each measures, and its exact size in SI base units.

Sizes: the SI brochure (9th edition), and the definitions of the international yard and pound (1959).  The calorie is 4.184 J, the horsepower 550 ft lbf/s,
gallons are the American ones unless said otherwise.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache

Entry = tuple[tuple[tuple[str, int], ...], Fraction, Fraction, bool]    # exponents, factor, offset, written as a word

# symbols ; words : factor dimensions.  After a name: * takes the usual prefixes, ~ also centi and deci.
# L M T I K N J: metre, kilogram, second, ampere, kelvin, mole, candela; a longer name is a base of its own.
_TABLE = """
m~ ; metre~ meter~ : 1 L
g~ ; gram~ gramme~ : 1/1000 M
; kilo : 1 M
t ; tonne* : 1000 M
s* sec ; second* : 1 T
min ; minute : 60 T
h hr ; hour : 3600 T
d ; day : 86400 T
; week : 604800 T
; fortnight : 1209600 T
yr ; year : 1 year
; month : 1/12 year
; decade : 10 year
; century : 100 year
A* ; ampere* amp* : 1 I
K* ; kelvin* : 1 K
mol* ; mole* : 1 N
cd* ; candela* : 1 J
lm* ; lumen* : 1 J
lx* ; lux* : 1 J L-2
Hz* ; hertz* : 1 T-1
Bq* ; becquerel* : 1 T-1
N* ; newton* : 1 M L T-2
dyn ; dyne : 1/100000 M L T-2
kgf kp ; : 9.80665 M L T-2
lbf ; : 4.4482216152605 M L T-2
Pa* ; pascal* : 1 M L-1 T-2
bar* ; bar* : 100000 M L-1 T-2
atm ; atmosphere : 101325 M L-1 T-2
mmHg torr Torr ; : 101325/760 M L-1 T-2
psi ; : 44482216152605/6451600000 M L-1 T-2
J* ; joule* : 1 M L2 T-2
eV* ; electronvolt* electron-volt* : 1.602176634e-19 M L2 T-2
cal* ; calorie* : 4.184 M L2 T-2
Cal ; : 4184 M L2 T-2
BTU Btu ; btu : 1055.05585262 M L2 T-2
erg ; erg : 1e-7 M L2 T-2
Wh* ; watthour* watt-hour* : 3600 M L2 T-2
W* ; watt* : 1 M L2 T-3
VA* ; : 1 M L2 T-3
hp HP ; horsepower : 745.69987158227022 M L2 T-3
V* ; volt* : 1 M L2 T-3 I-1
ohm* ; ohm* : 1 M L2 T-3 I-2
S* ; siemens* : 1 M-1 L-2 T3 I2
C* ; coulomb* : 1 T I
Ah* ; : 3600 T I
F* ; farad* : 1 M-1 L-2 T4 I2
H* ; henry* henrie* : 1 M L2 T-2 I-2
T* ; tesla* : 1 M T-2 I-1
Wb* ; weber* : 1 M L2 T-2 I-1
Gy* Sv* ; gray* sievert* : 1 L2 T-2
kat* ; katal* : 1 N T-1
Nm ; : 1 M L2 T-2
L~ l~ ; litre~ liter~ : 1/1000 L3
cc ccm ; : 1/1000000 L3
M ; molar : 1000 N L-3
mM ; : 1 N L-3
ha ; hectare : 10000 L2
Å ; angstrom : 1e-10 L
ly ; lightyear light-year : 9460730472580800 L
AU au ; : 149597870700 L
in ; inch inche : 0.0254 L
ft ; foot feet : 0.3048 L
yd ; yard : 0.9144 L
mi ; mile : 1609.344 L
nmi ; nauticalmile : 1852 L
; acre : 4046.8564224 L2
oz ; ounce : 0.028349523125 M
lb lbs ; pound : 0.45359237 M
st ; stone : 6.35029318 M
ton ; ton shortton : 907.18474 M
longton ; : 1016.0469088 M
slug ; slug : 14.5939029372064 M
gal ; gallon : 0.003785411784 L3
qt ; quart : 0.000946352946 L3
pt ; pint : 0.000473176473 L3
; cup : 0.0002365882365 L3
floz ; : 0.0000295735295625 L3
tbsp ; tablespoon : 0.00001478676478125 L3
tsp ; teaspoon : 0.00000492892159375 L3
ukgal ; : 0.00454609 L3
ukqt ; : 0.0011365225 L3
ukpt ; : 0.00056826125 L3
ukfloz ; : 0.0000284130625 L3
mph ; mph : 1609.344/3600 L T-1
kph kmh kmph ; kph kmh : 1000/3600 L T-1
fps ; fps : 0.3048 L T-1
kn ; knot : 1852/3600 L T-1
mps ; : 1 L T-1
mpg ; mpg : 1609.344/0.003785411784 L-2
rev ; revolution rotation turn cycle : 1 turn
rpm RPM ; rpm : 1/60 turn T-1
rps ; : 1 turn T-1
rad* ; radian* : 1 radian
B ; byte : 1 byte
kB KB ; kilobyte : 1000 byte
MB ; megabyte : 1000000 byte
GB ; gigabyte : 1000000000 byte
TB ; terabyte : 1000000000000 byte
KiB ; : 1024 byte
MiB ; : 1048576 byte
GiB ; : 1073741824 byte
TiB ; : 1099511627776 byte
b bit* ; bit* : 1/8 byte
Mb ; : 125000 byte
kb Kb ; : 125 byte
Gb ; : 125000000 byte
bps ; : 1/8 byte T-1
kbps ; : 125 byte T-1
Mbps ; : 125000 byte T-1
Gbps ; : 125000000 byte T-1
gravity ; : 9.80665 L T-2
"""
# what a name may stand for besides; "bare x": the letter x alone
ALTERNATIVES = {
    "bare C": ("°C",), "bare F": ("°F",), "bare m": ("min",), "bare g": ("gravity",), "bare d": ("dm",), "bare t": ("ton",),
    "lb": ("lbf",), "lbs": ("lbf",), "pound": ("lbf",), "oz": ("floz",), "ounce": ("floz", "ukfloz"), "ton": ("t", "longton"), "T": ("t",),
    "gal": ("ukgal",), "gallon": ("ukgal",), "qt": ("ukqt",), "quart": ("ukqt",), "pt": ("ukpt",), "pint": ("ukpt",),
    "kB": ("KiB",), "KB": ("KiB",), "MB": ("MiB",), "GB": ("GiB",), "TB": ("TiB",), "kilobyte": ("KiB",), "megabyte": ("MiB",),
    "gigabyte": ("GiB",), "terabyte": ("TiB",), "calorie": ("kcal",), "kt": ("kn",),
}
_PREFIXES = {
    "T": 10**12, "G": 10**9, "M": 10**6, "k": 1000, "K": 1000, "m": Fraction(1, 1000), "µ": Fraction(1, 10**6), "u": Fraction(1, 10**6),
    "n": Fraction(1, 10**9), "p": Fraction(1, 10**12), "f": Fraction(1, 10**15),
}
_CARELESS = {
    "kwh": "kWh", "wh": "Wh", "hz": "Hz", "khz": "kHz", "kpa": "kPa", "kw": "kW", "kj": "kJ", "ml": "mL", "hrs": "h", "secs": "s", "mins": "min",
    "yds": "yd", "kms": "km", "kgs": "kg", "yrs": "yr", "gms": "g", "gm": "g", "cms": "cm", "kg": "kg",
    "km": "km", "cm": "cm", "ft": "ft", "lb": "lb", "oz": "oz",
}
_OTHER_PREFIXES = {
    "hPa": 100, "daN": 10, "PJ": 10**15, "EJ": 10**18, "hL": 100, "hl": 100, "kt": 1000, "Mt": 10**6, "kNm": 1000, "MNm": 10**6, "mNm": Fraction(1, 1000),
}
_FINE = {"c": Fraction(1, 100), "d": Fraction(1, 10)}
WORD_PREFIXES = {
    "tera": 10**12, "giga": 10**9, "mega": 10**6, "kilo": 1000, "hecto": 100, "deci": Fraction(1, 10), "centi": Fraction(1, 100),
    "milli": Fraction(1, 1000), "micro": Fraction(1, 10**6), "nano": Fraction(1, 10**9), "pico": Fraction(1, 10**12),
}
COMMANDS = {name: name for name in """metre meter gram second minute hour day ampere kelvin mole candela hertz newton pascal joule watt volt coulomb
    farad henry tesla weber siemens ohm litre liter bar tonne electronvolt radian hectare lumen lux becquerel""".split()} | {
    "celsius": "°C", "degreeCelsius": "°C"}
_NO_UNITS = frozenset("am pm as at us PS MT PC MM TH fl al ms2".split())     # words, and what nobody writes
# words after a number that name nothing
NOT_COUNTED = frozenset(
    """of in on at for the a an to from with by total altogether each left needed remaining in-total per and or is are was were so then more less
    than times plus minus equals equal half twice if not where base root over divided mod modulo min max sin cos tan log ln exp sqrt""".split()
)
SI = {"L": "m", "M": "kg", "T": "s", "I": "A", "K": "K", "N": "mol", "J": "cd", "turn": "rev", "radian": "rad"}
KINDS = {
    "L": "length", "L2": "area", "L3": "volume", "M": "mass", "T": "time", "L T-1": "speed", "L T-2": "acceleration", "T-1": "frequency",
    "L M T-2": "force", "L2 M T-2": "energy", "L2 M T-3": "power", "L-1 M T-2": "pressure", "L M T-1": "momentum", "L-3 M": "density",
    "I": "current", "I T": "charge", "I-1 L2 M T-3": "voltage", "I-2 L2 M T-3": "resistance", "I-1 M T-2": "magnetic flux density",
    "K": "temperature", "N": "amount of substance", "L-3 N": "concentration", "byte": "data", "J": "luminous intensity",
    "I2 L-2 M-1 T4": "capacitance", "I-2 L2 M T-2": "inductance",
}


def _exponents(text: str) -> tuple[tuple[str, int], ...]:
    found = []
    for part in text.split():
        name = part.rstrip("-0123456789")
        found.append((name, int(part[len(name) :] or 1)))
    return tuple(found)


def _number(text: str) -> Fraction:
    top, _, below = text.partition("/")
    return Fraction(top) / Fraction(below or 1)


def _load() -> tuple[dict[str, Entry], dict[str, tuple[Entry, bool]], dict[str, Entry], dict[str, tuple[Entry, bool]]]:
    symbols: dict[str, Entry] = {}
    takes: dict[str, tuple[Entry, bool]] = {}
    words: dict[str, Entry] = {}
    word_takes: dict[str, tuple[Entry, bool]] = {}
    for line in _TABLE.strip().splitlines():
        names, _, size = line.partition(" : ")
        factor, dims = size.split(maxsplit=1)
        for k, part in enumerate(names.split(";")):
            found: Entry = (_exponents(dims), _number(factor), Fraction(0), k == 1)
            for name in part.split():
                bare = name.rstrip("*~")
                (words if k else symbols)[bare] = found
                if bare != name:
                    (word_takes if k else takes)[bare] = (found, name.endswith("~"))
    for name, factor in _OTHER_PREFIXES.items():
        of = symbols.get(name[1:]) or symbols[name[2:]]
        symbols[name] = _scaled(of, factor)
    kelvin = (("K", 1),)
    symbols["°C"] = (kelvin, Fraction(1), Fraction("273.15"), False)
    symbols["°F"] = (kelvin, Fraction(5, 9), Fraction("459.67") * 5 / 9, False)
    words["celsius"], words["fahrenheit"] = symbols["°C"], symbols["°F"]
    return symbols, takes, words, word_takes


def _scaled(found: Entry, factor: int | Fraction) -> Entry:
    return found[0], found[1] * factor, found[2], found[3]


_SYMBOLS, _TAKES, _WORDS, _WORD_TAKES = _load()


@lru_cache(maxsize=4096)
def entry(name: str) -> Entry | None:
    """What the name stands for: a symbol, with its prefix; a word in singular or plural; a careless ``Kg`` or ``KWH``."""
    if name in _NO_UNITS:
        return None
    if name in _SYMBOLS:
        return _SYMBOLS[name]
    for prefixes, fine in ((_PREFIXES, False), (_FINE, True)):
        rest = _TAKES.get(name[1:])
        if rest is not None and name[0] in prefixes and (rest[1] or not fine):
            return _scaled(rest[0], prefixes[name[0]])
    if len(name) < 2:
        return None
    lowered = name.lower()
    for word in (lowered, lowered[:-1] if lowered.endswith("s") else lowered):
        if len(word) < 3:
            continue
        if word in _WORDS:
            return _WORDS[word]
        for prefix, factor in WORD_PREFIXES.items():
            if word.startswith(prefix) and word[len(prefix) :].lstrip("-") in _WORD_TAKES:
                return _scaled(_WORD_TAKES[word[len(prefix) :].lstrip("-")][0], factor)
    better = _CARELESS.get(lowered, "")
    return _SYMBOLS.get(better) or (entry(better) if better and better != name else None)
