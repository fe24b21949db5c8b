"""Where films and pretrained weights come from, under which licences, and what follows from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

INTENDED_USE = (
    "For research and teaching only. Not a medical device. It was trained to separate these public "
    "collections; it is not a diagnostic."
)

SOURCES: tuple[Mapping[str, Any], ...] = (
    {
        "key": "radiography-bimcv",
        "Films": 1050,
        "Data": "BIMCV COVID-19+, through the COVID-19 Radiography Database",
        "Findings": "COVID-19",
        "People": "adults, Valencia region",
        "Licence": "terms of the original authors; images are not shipped",
        "Source": "Vaya et al., arXiv:2006.01174; Chowdhury et al., IEEE Access 8 (2020) "
        "132665-132676; Rahman et al., Comput. Biol. Med. 132 (2021) 104319",
    },
    {
        "key": "radiography-rsna",
        "Films": 370,
        "Data": "RSNA Pneumonia Detection Challenge, through the COVID-19 Radiography Database",
        "Findings": "Normal",
        "People": "adults; the films are NIH's",
        "Licence": "as NIH CXR8",
        "Source": "Shih et al., Radiology: AI 1 (2019) e180041; Chowdhury et al. (2020); Rahman et "
        "al. (2021)",
    },
    {
        "key": "kermany",
        "Films": 1419,
        "Data": "Kermany paediatric chest X-rays, Guangzhou",
        "Findings": "Viral Pneumonia, Normal",
        "People": "children of one to five years",
        "Licence": "CC BY 4.0",
        "Source": "Kermany, Zhang and Goldbaum, Mendeley Data (2018), doi:10.17632/rscbjbr9sj.2",
    },
    {
        "key": "nih-cxr8",
        "Films": 798,
        "Data": "NIH ChestX-ray8/14",
        "Findings": "Lung Opacity (labelled pneumonia by text mining), Normal",
        "People": "adults, Bethesda",
        "Licence": "no restriction, to be cited; provided by the NIH Clinical Center",
        "Source": "Wang et al., IEEE CVPR (2017) 3462-3471; "
        "https://nihcc.app.box.com/v/ChestXray-NIHCC",
    },
    {
        "key": "cohen-ieee8023",
        "Films": 433,
        "Data": "COVID-19 image data collection (ieee8023)",
        "Findings": "COVID-19, Lung Opacity, Viral Pneumonia, Normal",
        "People": "adults, case reports of many hospitals",
        "Licence": "per image: CC BY, CC BY-SA, CC BY-NC-SA, CC BY-NC-ND, or not stated; images "
        "are not shipped",
        "Source": "Cohen et al., Melba 1 (2020) 002, arXiv:2006.11988",
    },
)

SOURCE_NAMES: Mapping[str, str] = {
    "radiography-bimcv": "BIMCV (Valencia)",
    "radiography-rsna": "RSNA (adults)",
    "kermany": "Kermany (children)",
    "nih-cxr8": "NIH (adults)",
    "cohen-ieee8023": "Cohen (case reports)",
}

TRUNKS: tuple[Mapping[str, str], ...] = (
    {
        "Network": "vgg16",
        "Weights": "VGG16, thirteen convolutions, pretrained on ImageNet",
        "Licence": "CC BY 4.0, Simonyan and Zisserman, Visual Geometry Group, Oxford",
        "Source": "Simonyan and Zisserman, ICLR (2015), arXiv:1409.1556",
        "Changes": "last block and head trained on chest films; stored in fewer bits",
    },
    {
        "Network": "vit",
        "Weights": "DINOv2 ViT-S/14, first eight of twelve blocks",
        "Licence": "Apache-2.0, Meta AI",
        "Source": "Oquab et al., TMLR (2024), arXiv:2304.07193",
        "Changes": "last two blocks kept and a new head trained on chest films; stored in fewer "
        "bits",
    },
    {
        "Network": "cnn",
        "Weights": "none: trained from scratch",
        "Licence": "as this repository",
        "Source": "this repository",
        "Changes": "",
    },
)

LICENCES_READ = (
    "Licences of Kermany, NIH, Cohen and DINOv2 were read on public pages or in the collection's "
    "own table. Those of VGG, BIMCV and RSNA are as commonly stated and were not read at their "
    "source. The two pretrained trunks came in packages of others; see networks.json."
)

LIMITS = (
    "It was trained to separate these public collections; it is not a diagnostic. A network can "
    "tell them apart by how an image was made, and part of every in-source figure is that.",
    "In the first protocol every film with COVID-19 comes from one region and no film without it "
    "does: disease and source cannot be separated. With the Cohen collection inside there are two "
    "sources of COVID-19, which lessens this and does not end it.",
    "What is done to films against shortcuts was chosen by transfer to sources left out of "
    "training, the Cohen collection and the BIMCV films among them. Cross-source figures of the "
    "chosen recipe are therefore slightly hopeful; the study of shortcuts gives nested ones.",
    "Test figures of earlier networks were seen while this was built, also before the rule of the "
    "alert threshold was settled. The choices themselves were made on validation films, but nobody "
    "was blind to the test.",
    "Viral Pneumonia means children of one to five years in one hospital. Adult viral pneumonia "
    "is hardly ever called so: see the films of the Cohen collection.",
    "Every other disease shares its institution with some normal films, so that the hospital or "
    "the age alone does not give these answers away; COVID-19 has no such partner.",
    "Lung Opacity is NIH's label of pneumonia, found in reports by text mining: some labels are "
    "wrong, and the finding overlaps with what radiologists call normal.",
    "Patients of the BIMCV films are not known. Blocks of twenty consecutive numbers stand in for "
    "them: there are few blocks, films of one patient may lie in two of them, and intervals over "
    "films are then too narrow. Intervals over blocks stand beside them.",
    "Near-duplicates between the parts were removed by image correlation; duplicates that were "
    "cropped or redrawn may remain.",
    "The test holds a few hundred films a finding: it cannot show a recall of 99 %. It has many "
    "more sick people than any place of use, so that predictive values do not carry over.",
    "Films were stored at 224 x 224 pixels after earlier compressions by others. Small findings "
    "are lost, and other ways of storing give other figures.",
    "Neither sex nor ethnic group of the patients is known for most films, so that differences "
    "between such groups were not measured.",
)
