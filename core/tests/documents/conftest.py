"""A handover report and a travel document to vary."""

from datetime import UTC, datetime

import pytest

from ksbb.domain.handover_report import HandoverReport, ReportLine, ReportParty
from ksbb.domain.travel_document import TravelDocument, TravelLine

SENDER = ReportParty(
    name="Rahmat Hidayat",
    office="Koordinator Penyaluran",
    organisation="Lembaga Contoh Peduli",
    address="Jalan Contoh Raya Nomor 47, Jakarta Pusat",
)
RECIPIENT = ReportParty(
    name="Siti Aminah",
    office="Ketua RW 003",
    organisation="Kelurahan Kebon Sirih, Kecamatan Menteng",
    address="Jalan Contoh Barat Nomor 12",
)
WHEN = datetime(2026, 11, 22, 7, 30, tzinfo=UTC)


@pytest.fixture
def report() -> HandoverReport:
    """A report of one line that fits on one page."""
    return HandoverReport(
        number="0001/BAST/KSBB-PANGAN/31.71.06.1002/XI/2026",
        program_name="Pangan",
        agency="Kelompok Kerja KSBB Pangan",
        government="Pemerintah Provinsi Daerah Khusus Jakarta",
        agency_address="Jalan Contoh Selatan Nomor 8, Jakarta Pusat",
        handed_over_at=WHEN,
        place="Balai RW 003",
        commitment_number="PANGAN-2026-000123",
        travel_document_number="0001/SJ/KSBB-PANGAN/31.71.06.1002/XI/2026",
        first_party=SENDER,
        second_party=RECIPIENT,
        witnesses=(
            ReportParty(name="Bambang Sutejo", office="Kepala Seksi", organisation="Kelurahan Kebon Sirih"),
            ReportParty(name="Maria Lestari", office="Ketua RT 005", organisation="Kelurahan Kebon Sirih"),
        ),
        acknowledged_by=ReportParty(name="Ahmad Fauzi", office="Lurah Kebon Sirih", organisation="Kecamatan Menteng"),
        lines=(
            ReportLine(
                description="Paket sembako",
                specification="Beras 5 kg, minyak goreng 2 L, gula 1 kg",
                delivered=1_000,
                accepted=990,
                rejected=8,
                lost=2,
                unit="paket",
                unit_value=200_000,
                condition="Baik",
            ),
        ),
        synthetic=False,
        verify_url="https://ksbb.example/verifikasi/0192f0c1-8f7a-7c3e-9a55-4b1d2e3f4a5b",
    )


@pytest.fixture
def travel_document() -> TravelDocument:
    """A travel document of two lines."""
    return TravelDocument(
        number="0001/SJ/KSBB-PANGAN/31.71.06.1002/XI/2026",
        program_name="Pangan",
        agency="Kelompok Kerja KSBB Pangan",
        dispatched_at=WHEN,
        origin="Gudang Lembaga Contoh Peduli",
        destination="Balai RW 003",
        commitment_number="PANGAN-2026-000123",
        sender=SENDER,
        carrier=ReportParty(name="Joko Santoso", office="Pengemudi", organisation="Lembaga Contoh Peduli"),
        recipient=RECIPIENT,
        vehicle="Truk B 9123 XYZ",
        lines=(
            TravelLine(description="Paket sembako", quantity=1_000, unit="paket", remark="50 dus"),
            TravelLine(description="Makanan siap saji", quantity=250, unit="porsi"),
        ),
        synthetic=True,
        verify_url="https://ksbb.example/verifikasi/0192f0c1",
    )
