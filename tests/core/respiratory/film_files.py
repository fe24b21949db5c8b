"""Image files made for the tests of the image door."""

from __future__ import annotations

import io
import zipfile

import numpy as np
import pydicom
from PIL import Image
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian

NAME, PATIENT_ID, BIRTH = "Zyxwvut^Quintilia", "PID-7731964", "19571103"


def ramp(height: int = 60, width: int = 80) -> np.ndarray:
    """Return 8-bit grey that differs in every direction."""
    y, x = np.mgrid[:height, :width]
    return ((3 * x + 2 * y) % 256).astype(np.uint8)


def saved(pixels: np.ndarray | Image.Image, kind: str = "PNG", **options: object) -> bytes:
    image = pixels if isinstance(pixels, Image.Image) else Image.fromarray(pixels)
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def dataset(pixels: np.ndarray | None = None, **elements: object) -> Dataset:
    """Return a film as a DICOM data set; an element given as ``None`` is left out."""
    pixels = ramp().astype(np.uint16) * 16 if pixels is None else pixels
    data = Dataset()
    data.file_meta = FileMetaDataset()
    data.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data.file_meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.1.1"
    data.file_meta.MediaStorageSOPInstanceUID = "1.2.3.4"
    data.SOPClassUID = "1.2.840.10008.5.1.4.1.1.1.1"
    data.PatientName, data.PatientID, data.PatientBirthDate = NAME, PATIENT_ID, BIRTH
    bits = pixels.dtype.itemsize * 8
    standard = {
        "Modality": "DX",
        "BodyPartExamined": "CHEST",
        "ViewPosition": "PA",
        "SamplesPerPixel": 1,
        "PhotometricInterpretation": "MONOCHROME2",
        "Rows": pixels.shape[0],
        "Columns": pixels.shape[1],
        "BitsAllocated": bits,
        "BitsStored": 12 if bits == 16 and pixels.dtype.kind == "u" else bits,
        "PixelRepresentation": int(pixels.dtype.kind == "i"),
        "PixelData": pixels.tobytes() + b"\x00" * (pixels.nbytes % 2),
    }
    for keyword, value in {**standard, **elements}.items():
        if value is not None:
            setattr(data, keyword, value)
    if "HighBit" not in elements and "BitsStored" in data:
        data.HighBit = data.BitsStored - 1
    return data


def written(data: Dataset, syntax: str = ExplicitVRLittleEndian) -> bytes:
    """Return a data set as a file with preamble and header."""
    data.file_meta.TransferSyntaxUID = syntax
    if "PixelData" in data:
        data["PixelData"].VR = "OB" if data.BitsAllocated <= 8 else "OW"
        data["PixelData"].is_undefined_length = data.file_meta.TransferSyntaxUID.is_encapsulated
    out = io.BytesIO()
    pydicom.dcmwrite(
        out,
        data,
        enforce_file_format=True,
        implicit_vr=data.file_meta.TransferSyntaxUID.is_implicit_VR,
        little_endian=data.file_meta.TransferSyntaxUID.is_little_endian,
    )
    return out.getvalue()


def film(pixels: np.ndarray | None = None, **elements: object) -> bytes:
    return written(dataset(pixels, **elements))


def zipped(entries: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return out.getvalue()
