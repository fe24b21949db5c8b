"""Names of medicines: what a line is read as, and what it is never read as."""

from __future__ import annotations

import functools
import itertools
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.guardian.knowledge import FOLDER, Ingredient, Knowledge, Product, knowledge
from core.guardian.text import NameIndex, read_order
from core.guardian.text.clean import fold, squeezed, words
from core.guardian.text.near import cost
from core.guardian.text.vocabulary import AMBIGUOUS, other_names, plain_words

PIECES = (
    "warfarin 5 mg / + daily and aspirin - ( ) x q 4 h % per for not avoid , ; 1/2 .5 1,000 max "
    "day pm"
)
CASES = Path(__file__).with_name("guardian_name_cases.txt")

LOOK_ALIKES = """
Celebrex/Celexa/Cerebyx hydralazine/hydroxyzine Lamictal/Lamisil/Lomotil Zantac/Xanax/Zyrtec
Novolog/Novolin Farxiga/Fetzima clonidine/clonazepam/Klonopin prednisone/prednisolone
vinblastine/vincristine tramadol/trazodone bupropion/buspirone chlorpromazine/chlorpropamide
glipizide/glyburide Adderall/Inderal Brilinta/Brintellix Durezol/Durasal Sinequan/Serentil
Losec/Lasix Taxol/Taxotere Zocor/Cozaar Toprol/Topamax metformin/metronidazole
cycloserine/cyclosporine Foradil/Toradol Volmax/Flomax Keppra/Kaletra Lexiva/Levitra
acetazolamide/acetohexamide amiloride/amlodipine amantadine/amiodarone aripiprazole/rabeprazole
azacitidine/azathioprine carboplatin/cisplatin ceftazidime/ceftriaxone/cefotaxime
citalopram/escitalopram clobazam/clonazepam clomiphene/clomipramine desipramine/imipramine
disopyramide/desipramine dobutamine/dopamine docetaxel/paclitaxel doxorubicin/daunorubicin
idarubicin/epirubicin duloxetine/fluoxetine/paroxetine ephedrine/epinephrine fentanyl/sufentanil
flavoxate/fluvoxamine fluphenazine/fluvoxamine glimepiride/glipizide guaifenesin/guanfacine
hydrocodone/oxycodone hydromorphone/morphine/oxymorphone hydroxychloroquine/hydroxyzine
infliximab/rituximab isotretinoin/tretinoin ketorolac/ketamine lamivudine/lamotrigine
levetiracetam/levofloxacin lorazepam/alprazolam/oxazepam mitomycin/mitoxantrone
medroxyprogesterone/methylprednisolone nicardipine/nifedipine/nimodipine pazopanib/ponatinib
oxcarbazepine/carbamazepine penicillamine/penicillin pentobarbital/phenobarbital
phentermine/phentolamine pralatrexate/pemetrexed quetiapine/olanzapine quinine/quinidine
ranitidine/rimantadine risperidone/ropinirole romidepsin/romiplostim saxagliptin/sitagliptin
sorafenib/sunitinib sulfadiazine/sulfasalazine sumatriptan/zolmitriptan tiagabine/tizanidine
tolazamide/tolbutamide torsemide/furosemide valacyclovir/valganciclovir Accupril/Aciphex
Actonel/Actos Advair/Advicor Allegra/Viagra Amaryl/Reminyl Aricept/Aciphex Avandia/Prandin
Cardene/Cardizem Cardura/Coumadin Ceftin/Rocephin Clinoril/Clozaril Colace/Cozaar Diabeta/Zebeta
Cytotec/Cytoxan Diflucan/Diprivan Effexor/Effient Femara/Femhrt Fioricet/Fiorinal Flonase/Flovent
Fosamax/Flomax Glucophage/Glucotrol Humalog/Humulin Imdur/Imuran/Inderal Jantoven/Janumet/Januvia
Kapidex/Kadian/Casodex Lantus/Lente Leukeran/leucovorin Lodine/codeine Loniten/Lotensin
Lovenox/Levemir Lunesta/Neulasta Luvox/Lovenox Maxidex/Maxzide Mellaril/Elavil Mirapex/MiraLAX
Mobic/Moban Mucinex/Mucomyst Narcan/Norcuron Neoral/Neurontin/Nizoral Nexium/Nexavar
Norvasc/Navane Omacor/Amicar Oracea/Orencia OxyContin/oxybutynin Pamelor/Tambocor Paxil/Plavix
Pitocin/Pitressin Pradaxa/Plavix Premarin/Primaxin Prilosec/Prozac/Prinivil Proscar/ProSom
Razadyne/Rozerem Relpax/Revlimid Remeron/Reminyl Restoril/Risperdal Retrovir/ritonavir
Rituxan/Remicade Salagen/selegiline Sandimmune/Sandostatin Seroquel/Serzone Sonata/Soriatane
Soma/Sonata Tegretol/Toradol/Trental Tenex/Xanax Tiazac/Ziac TobraDex/Tobrex Tracleer/Tricor
Trexall/Paxil Ultane/Ultram Uroxatral/Urispas Valcyte/Valtrex Viagra/Vaniqa Vicodin/Hycodan
Viracept/Viramune Wellbutrin/Welchol Xeloda/Xenical Zebeta/Zetia Zegerid/Zestril
Zelapar/Zyprexa/Zemplar zolpidem/zolmitriptan Zonegran/Sinequan Zovirax/Zyvox Zyvox/Vioxx
Vfend/Vimpat Zantac/Zofran Zerit/Ziac Zostrix/Zovirax
""".split()  # noqa: SIM905


@functools.cache
def index() -> NameIndex:
    return NameIndex.of(knowledge())


def small(*, others: tuple[Ingredient, ...] = (), products: tuple[Product, ...] = ()) -> NameIndex:
    """Return an index of a few medicines."""
    held = (
        Ingredient("warfarin", frozenset(), ("Coumadin",), ("warfin",)),
        Ingredient("timolol", frozenset(), ("Timoptic@ophthalmic",)),
        Ingredient("potassium chloride", frozenset(), ("potassium", "KCl")),
        Ingredient("losartan", frozenset(), ("Cozaar",)),
        Ingredient("diphenhydramine", frozenset()),
        Ingredient("acetaminophen", frozenset(), ("Tylenol",)),
        Ingredient("hydrochlorothiazide", frozenset(), ("HCTZ",)),
        Ingredient("valsartan", frozenset(), ("Diovan",)),
        *others,
    )
    return NameIndex.of(
        Knowledge({one.name: one for one in held}, products, {}, {}, {}, {}, {}, "test")
    )


def cases() -> list[tuple[str, tuple[str, ...]]]:
    found = []
    for line in CASES.read_text(encoding="utf-8").split("\n"):
        if line and not line.startswith("#"):
            text, _, names = line.rpartition("|")
            found.append((text.removesuffix(" "), tuple(n for n in names.strip().split(",") if n)))
    return found


def test_there_are_enough_cases() -> None:
    assert len(cases()) >= 250
    assert len({text for text, _ in cases()}) == len(cases())


@pytest.mark.parametrize(("text", "names"), cases())
def test_a_line_is_read_as_its_medicines(text: str, names: tuple[str, ...]) -> None:
    order = read_order(text, index())
    assert order.ingredients == names
    assert order.text == text
    if not names:
        assert order.unrecognised


def test_every_name_of_the_knowledge_base_means_its_own_ingredients() -> None:
    known = knowledge()
    wrong = []
    named = [((one.name,), (one.name, *one.names)) for one in known.ingredients.values()]
    named += [(product.ingredients, product.names) for product in known.products]
    for ingredients, names in named:
        for raw in names:
            name = raw.partition("@")[0]
            order = read_order(name, index())
            if order.ingredients != tuple(sorted(set(ingredients))):
                wrong.append((name, ingredients, order.ingredients))
    assert wrong == []


@pytest.mark.parametrize("group", LOOK_ALIKES)
def test_no_look_alike_is_read_as_another(group: str) -> None:
    read = {name: read_order(name, index()) for name in group.split("/")}
    for name, order in read.items():
        entry = index().get(name)
        assert order.ingredients == (tuple(sorted(entry.ingredients)) if entry else ())
        assert not order.corrected
        assert order.ingredients or order.unrecognised


def test_no_real_name_is_mended_into_another() -> None:
    near = index().near
    mended = {}
    for name in other_names():
        if name.isalpha() and name not in near.entries:
            entry = near.mend(name.casefold())
            if entry is not None:
                mended[name] = entry.name
    assert mended == {}


@pytest.mark.parametrize("name", ["Celebrex", "hydroxyzine", "vincristine", "clonidine"])
def test_a_name_taken_out_of_the_knowledge_base_is_not_read_as_its_look_alike(name: str) -> None:
    known = knowledge()
    entry = index().get(name)
    assert entry is not None
    gone = set(entry.ingredients)
    left = {key: one for key, one in known.ingredients.items() if key not in gone}
    lookalikes = NameIndex.of(Knowledge(left, (), known.classes, {}, {}, {}, {}, "without it"))
    assert read_order(name, lookalikes).ingredients == ()


@given(st.sampled_from(LOOK_ALIKES), st.data())
@settings(max_examples=200, deadline=None)
def test_one_wrong_letter_never_turns_a_name_into_its_look_alike(
    group: str, data: st.DataObject
) -> None:
    names = group.split("/")
    name = data.draw(st.sampled_from(names))
    place = data.draw(st.integers(1, len(name) - 1))
    slip = data.draw(st.sampled_from("abcdefghijklmnopqrstuvwxyz"))
    cut = data.draw(st.integers(0, 1))
    typed = name[:place] + slip + name[place + cut :]
    if index().get(typed) is not None:
        return
    own = index().get(name)
    others = [index().get(one) for one in names if one != name]
    order = read_order(typed, index())
    for other in others:
        if other is not None and (own is None or set(own.ingredients) != set(other.ingredients)):
            assert not order.ingredients or set(order.ingredients) != set(other.ingredients)


@given(st.text(max_size=120))
@settings(max_examples=400, deadline=None)
def test_any_text_is_read_the_same_twice_and_never_raises(text: str) -> None:
    first = read_order(text, index())
    assert first == read_order(text, index())
    assert first.text == text
    assert set(first.ingredients) <= set(knowledge().ingredients)
    if text.strip() and not first.ingredients and words(fold(text).text):
        assert first.unrecognised


@given(
    st.lists(
        st.sampled_from(PIECES.split()),
        max_size=25,
    )
)
@settings(max_examples=400, deadline=None)
def test_any_order_of_words_is_read(pieces: list[str]) -> None:
    order = read_order(" ".join(pieces), index())
    assert set(order.ingredients) <= {"warfarin", "aspirin"}
    assert all(value > 0 or value == 0 for value in order.daily_dose.values())


NOISE = st.sampled_from(["\u200b", "\u00ad", "\u2060", "\ufeff", "\u200d", "\x00"])


@given(st.sampled_from([text for text, names in cases() if names and text.isascii()]), st.data())
@settings(max_examples=200, deadline=None)
def test_case_spaces_and_invisible_letters_change_nothing(text: str, data: st.DataObject) -> None:
    plain = read_order(text, index())
    noisy = data.draw(st.sampled_from([text.upper(), text.title(), text.swapcase(), text]))
    place = data.draw(st.integers(0, len(noisy)))
    noisy = noisy[:place] + data.draw(NOISE) + noisy[place:]
    noisy = noisy.replace(" ", data.draw(st.sampled_from([" ", "  ", "\u00a0", "\t"])))
    read = read_order(f" {noisy}  ", index())
    assert read.ingredients == plain.ingredients
    assert read.single_dose == plain.single_dose
    assert read.daily_dose == plain.daily_dose
    assert read.route == plain.route


@given(st.sampled_from(["а", "е", "о", "р", "с", "х", "і"]))
def test_look_alike_letters_are_folded(letter: str) -> None:
    latin = fold(letter).text
    assert latin.isascii()
    assert fold(f"x{letter}y").piece(1, 2) == letter


def test_a_name_claimed_twice_means_nothing_and_stands_in_the_way() -> None:
    one, two = (
        Ingredient("alphazine", frozenset(), ("Zorbix",)),
        Ingredient("betazine", frozenset(), ("Zorbix",)),
    )
    both = small(others=(one, two))
    assert read_order("Zorbix", both).ingredients == ()
    assert read_order("Zorbic", both).ingredients == ()


def test_a_listed_misspelling_never_takes_a_real_name() -> None:
    held = small(others=(Ingredient("warfin", frozenset()),))
    assert read_order("warfin", held).ingredients == ("warfin",)
    assert read_order("warfin", small()).ingredients == ("warfarin",)
    assert read_order("warfin 5 mg", small()).corrected == {"warfin": "warfarin"}


def test_a_mended_name_is_shown() -> None:
    order = read_order("Take Warfarrin 5 mg", small())
    assert order.corrected == {"Warfarrin": "warfarin"}


def test_names_to_choose_from_are_offered() -> None:
    assert read_order("prednisolne 5 mg", index()).suggestions[:2] == ("prednisolone", "prednisone")
    assert read_order("Humulin 20 units", index()).suggestions
    assert read_order("xqzwv", index()).suggestions == ()


@pytest.mark.parametrize("short", sorted(AMBIGUOUS))
def test_an_ambiguous_abbreviation_is_nobody(short: str) -> None:
    order = read_order(f"{short} 4 mg", index())
    assert order.ingredients == ()
    assert order.suggestions[: len(AMBIGUOUS[short])] == AMBIGUOUS[short]
    assert any("write the name out" in note for note in order.notes)


def test_a_route_may_belong_to_a_name() -> None:
    assert read_order("Timoptic 1 drop daily", small()).route == "ophthalmic"
    assert read_order("timolol 10 mg po", small()).route == "oral"


def test_a_metal_is_a_salt_only_of_its_own_medicines() -> None:
    assert read_order("losartan potassium 50 mg", small()).ingredients == ("losartan",)
    assert read_order("warfarin potassium 20 meq", small()).ingredients == (
        "potassium chloride",
        "warfarin",
    )
    assert read_order("losartan, potassium 20 meq", small()).ingredients == (
        "losartan",
        "potassium chloride",
    )


def test_a_word_after_a_brand_that_adds_an_ingredient_is_not_dropped() -> None:
    order = read_order("Tylenol PM 2 tabs", small())
    assert order.ingredients == ("acetaminophen",)
    assert order.unrecognised == ("Tylenol PM",)
    assert read_order("Tylenol 500 mg pm", small()).unrecognised == ()
    assert read_order("Diovan HCT 80 mg", small()).ingredients == (
        "hydrochlorothiazide",
        "valsartan",
    )


def test_pieces_are_reported_as_typed_and_shortened() -> None:
    order = read_order("Blorfadine-Zet\u200b forte 5 mg daily", small())
    assert order.unrecognised == ("Blorfadine-Zet",)
    assert squeezed("a " * 100, 10) == "a a a a a…"


def test_a_name_that_is_a_word_too_counts_only_where_a_medicine_is_named() -> None:
    same = Ingredient("ademetionine", frozenset(), ("SAMe",))
    held = small(others=(same,))
    assert read_order("SAMe 400 mg daily", held).ingredients == ("ademetionine",)
    assert read_order("warfarin 5 mg at the same time", held).ingredients == ("warfarin",)
    assert read_order("warfarin 5 mg, SAMe 400 mg", held).ingredients == (
        "ademetionine",
        "warfarin",
    )


def test_the_word_lists_are_sorted_and_apart() -> None:
    for name in ("plain_words.txt", "other_names.txt"):
        lines = (FOLDER / name).read_text(encoding="utf-8").splitlines()
        assert lines == sorted(set(lines))
    assert not plain_words() & {name for name in other_names() if name.isalpha()}


def test_spellings_that_sound_alike_are_near() -> None:
    assert cost("hydroxizine", "hydroxyzine") == 0.5
    assert cost("zanax", "xanax") == 0.5
    assert cost("sildenafill", "sildenafil") == 0.5
    assert cost("wrafarin", "warfarin") == 1.0
    assert cost("abc", "abd") == 1.0


def test_a_very_long_line_is_searched_whole_and_said_to_be_too_long() -> None:
    line = f"{'lorem ' * 1600}warfarin 5 mg daily"
    order = read_order(line, index())
    assert order.ingredients == ("warfarin",)
    assert any("longer than 2000" in note for note in order.notes)
    assert len(order.unrecognised) <= 12


@pytest.mark.parametrize(
    "piece",
    ["for ", "avoid ", "1-", "5 mg/", "(", "a.", "1,", "aspirin warfarin ", "w\u200b", "q ", "≈ç√"],
)
def test_ten_thousand_characters_of_one_piece_are_read(piece: str) -> None:
    order = read_order(piece * (10_000 // len(piece)), index())
    assert set(order.ingredients) <= {"aspirin", "warfarin"}
    assert len(order.unrecognised) <= 12


@pytest.mark.parametrize("text", ["", "   ", "\u200b", "\n"])
def test_an_empty_line_says_so(text: str) -> None:
    order = read_order(text, small())
    assert order.ingredients == ()
    assert order.notes == ("The line is empty.",)
    assert order.unrecognised == ("empty line",)


def test_signs_alone_are_unrecognised() -> None:
    assert read_order("?!", small()).unrecognised == ("?!",)


def test_reading_is_quick(capsys: pytest.CaptureFixture[str]) -> None:
    """Prints what reading costs; a slow machine is no failure."""
    started = time.perf_counter()
    held = NameIndex.of(knowledge())
    built = time.perf_counter() - started
    lines = {
        "clean": "metoprolol succinate 50 mg po daily",
        "misspelt": "metropolol succinat 50 mg po daily",
        "10 kB": "blood pressure medicine " * 420,
    }
    costs = {}
    for name, line in lines.items():
        started = time.perf_counter()
        for _ in range(20):
            read_order(line, held)
        costs[name] = (time.perf_counter() - started) / 20
    with capsys.disabled():
        spent = ", ".join(f"{name} {cost * 1e3:.2f} ms" for name, cost in costs.items())
        print(f"\nindex {built * 1e3:.0f} ms; {spent}")
    assert all(itertools.chain([built > 0], (cost > 0 for cost in costs.values())))
