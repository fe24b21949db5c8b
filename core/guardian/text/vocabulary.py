"""Words of an order that are no medicine, by what they do."""

from __future__ import annotations

import functools

from core.guardian.knowledge.load import FOLDER


def listed(words: str) -> frozenset[str]:
    """Return the words of a text as a set."""
    return frozenset(words.split())


CONNECTORS = frozenset({"and", "with", "w"})
"""Words that join the parts of a combination, and that its name may leave out."""

SALTS = listed(
    """
    acetate alafenamide anhydrous arginine aspartate axetil benzoate besilate besylate
    bicarbonate bisulfate bisulphate bitartrate bromide camsylate caproate carbonate chloride
    cilexetil citrate cypionate decanoate diacetate dicitrate dihydrate diphosphate dipivoxil
    dipropionate disodium disoproxil ditartrate edisylate embonate enanthate erbumine estolate
    esylate etexilate ethanolamine ethylsuccinate fumarate furoate gluconate glycinate hbr hcl
    hemifumarate hemihydrate hemisuccinate hyclate hydrate hydrobromide hydrochlorid
    hydrochloride hydroxide iodide lactate lysine malate maleate medoxomil meglumine mesilate
    mesylate mofetil monohydrate monosodium napsylate nitrate olamine orotate oxide palmitate
    pamoate phosphate pivalate pivoxil propionate proxetil salicylate sodium stearate succinate
    sulfate sulfonate sulphate tartrate tosilate tosylate trihydrate trometamol tromethamine
    undecanoate valerate xinafoate
    """
)
"""Salts and esters: no medicine where they follow one."""

METALS = {
    "potassium": frozenset(
        {"losartan", "diclofenac", "clavulanate", "raltegravir", "oxaprozin"}
        | {"penicillin v", "penicillin g", "azilsartan", "ritlecitinib", "guaiacolsulfonate"}
    ),
    "calcium": frozenset(
        {"atorvastatin", "rosuvastatin", "pitavastatin", "docusate", "fenoprofen", "acamprosate"}
        | {"leucovorin", "levoleucovorin", "folic acid", "heparin", "trientine"}
    ),
    "magnesium": frozenset(
        {
            "esomeprazole",
            "omeprazole",
            "pantoprazole",
            "rabeprazole",
            "dexlansoprazole",
            "valproate",
        }
        | {"lansoprazole", "meclofenamate", "salicylate", "naproxen"}
    ),
    "zinc": frozenset({"bacitracin", "insulin"}),
    "aluminium": frozenset(),
}
"""Metals that are medicines themselves, and the ingredients of which they are the salt."""

RELEASE = listed(
    """
    cd cr dr ec er forte hfa ir la mr od odt pr retard sr xl xr xt ds ss hs sa tr
    """
)
"""Letters after a brand that say how the medicine is released."""

EXTENSIONS = listed(
    """
    ac allergy cold complete cough d day dm flu hct night nighttime pe plus pm sinus
    """
)
"""Words after a brand that stand for a further ingredient."""

AMBIGUOUS = {
    "ms": ("morphine", "magnesium sulfate"),
    "mso": ("morphine", "magnesium sulfate"),
    "azt": ("zidovudine", "azathioprine", "aztreonam"),
    "hct": ("hydrocortisone", "hydrochlorothiazide"),
    "cpz": ("chlorpromazine", "carbamazepine"),
    "ptx": ("paclitaxel", "pentoxifylline"),
    "dpt": ("diphtheria, pertussis and tetanus vaccine",),
}
"""Abbreviations that have been read as more than one medicine, and which."""

UNITS = listed(
    """
    act actuation actuations billion cc cfu cm d drop drops g gm gms gr gram grams h hour hours
    hr hrs iu kg l lb lbs m mcg mcgs meq metered mg mgday mgs microg microgram micrograms
    milligram milligrams million min ml mls mm mmol ng oz percent u ug unit units
    """
)

FORMS = listed(
    """
    accuhaler aerolizer aerosol amp ampoule ampoules amps ampule application applications
    applicator applicatorful autohaler autoinjector bolus cap capful capfuls caplet caplets caps
    capsule capsules cartridge chew chewable coated controlled cream delayed depot device
    disintegrating diskus dispersible dissolving dose doses dpi drip drops easyhaler ec
    effervescent elixir ellipta emulsion enema enteric evohaler extended film films flexhaler
    flexpen flextouch foam gel gelcap gelcaps granules gtt gtts gummies gummy handihaler hfa
    immediate implant infusion inhalation inhalations inhaler inhalers inj injection injections
    kit kwikpen lacquer liquid lotion lozenge lozenges mdi minitab minitabs modified mouthwash
    neb nebs nebule nebules nebulised nebuliser nebulized nebulizer neohaler nexthaler odt oint
    ointment ophth ophthalmic optic oral orally oros otic packet packets pad paste patch patches
    pellets pen penfill pens pill pills plaster powder pressair prolonged puff puffs pump
    redihaler release releasing respiclick respimat ring rinse sachet sachets scoop scoops
    scored shampoo softgel softgels sol soln solostar solution spiromax spray sprays sprinkle
    squirt squirts sterile strip strips supp suppositories suppository susp suspension sustained
    swab syringe syringes syrup tab tablespoon tablespoons tablet tablets tabs tbsp teaspoon
    teaspoonful teaspoons tincture troche troches tsp turbohaler turbuhaler twisthaler vial
    vials wafer zydis
    """
)

SIG = listed(
    """
    a ac ad affected afternoon alternate am an and annually applied apply area as at au bd
    bedtime bid biweekly breakfast buccal by chew continuous continuously course daily day days
    dinner dissolve divided dly each ear ears eight eod epidural evening evenings every exceed
    eye eyes five food for fortnightly four fri friday fridays give given half hourly hs ii iii
    im in inh inhale inhaled inject injected insert instill into intranasal intrathecal
    intrathecally it iv ivp ivpb lunch mane max maximum meal meals midday mins mo mon monday
    mondays month monthly months morning mornings mos mouth mr mwf nasal nasally nc needed night
    nightly nights nine nocte noon nostril nostrils now nte od of om on once one or orally os
    other ou pc per place pm po pr prn pv q qam qd qdaily qday qds qh qhs qid qmonth qod qpm
    quarter quarterly qw qweek qweekly qwk rectal rectally required sa sat saturday saturdays sc
    seven sid six skin sl sq stat su subcut subcutaneous subcutaneously sublingual sublingually
    subq sun sunday sundays supper swallow take taken takes taking td tds ten th the then three
    thrice thu thur thurs thursday thursdays tid time times tiw to tongue topical topically
    transdermal tu tue tues tuesday tuesdays twelve twice two under until use using vaginal
    vaginally via w water wed wednesday wednesdays week weekdays weekly weeks with wk wks x year
    yearly years yr yrs
    """
)
"""The language of directions."""

ORDERED = UNITS | FORMS | SIG


@functools.cache
def plain_words() -> frozenset[str]:
    """Return every word that is no medicine."""
    listed = (FOLDER / "plain_words.txt").read_text(encoding="utf-8").split()
    return ORDERED | RELEASE | frozenset(listed)


@functools.cache
def other_names() -> tuple[str, ...]:
    """Return real medicines that the knowledge base does not hold."""
    return tuple((FOLDER / "other_names.txt").read_text(encoding="utf-8").splitlines())
