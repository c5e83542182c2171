"""Invented names: of people, by language, and of companies that do not exist."""

from __future__ import annotations

import unicodedata

FIRST_NAMES: dict[str, str] = {
    "en": "James Mary Robert Patricia John Jennifer Michael Linda David Elizabeth William Susan Thomas "
    "Jessica Daniel Sarah Matthew Karen Anthony Nancy Mark Lisa Steven Emily Paul Ashley Andrew "
    "Kimberly Joshua Donna Kevin Michelle Brian Carol George Amanda Ryan Melissa Jacob Olivia Ethan "
    "Sophie Harry Chloe Liam Grace",
    "de": "Lukas Anna Jonas Lena Felix Laura Paul Julia Maximilian Sophie Leon Marie Tobias Katharina "
    "Stefan Sabine Andreas Claudia Markus Petra Jürgen Ursula Matthias Heike Florian Nadine Sebastian "
    "Jana Björn Anke",
    "fr": "Lucas Camille Hugo Léa Louis Manon Jules Chloé Antoine Sophie Nicolas Élodie Pierre Claire "
    "François Isabelle Julien Aurélie Thomas Céline Mathieu Nathalie Guillaume Marion Rémi Hélène "
    "Benoît Sandrine",
    "es": "Alejandro Lucía Javier María Carlos Carmen Daniel Ana Pablo Laura Sergio Marta Diego Paula José "
    "Elena Andrés Sofía Miguel Raquel Fernando Beatriz Luis Patrícia Rodrigo Inés João Camila Rafael "
    "Valentina",
    "nl": "Daan Emma Bram Sanne Sem Lotte Jeroen Femke Pieter Anouk Erik Linnea Lars Maja Oskar Elsa Johan "
    "Karin Sven Ingrid Maarten Eline Niels Astrid",
    "in": "Aarav Priya Rohan Ananya Vikram Neha Arjun Pooja Rahul Kavya Sanjay Deepika Amit Shreya Karthik "
    "Divya Nikhil Meera Suresh Lakshmi",
}

LAST_NAMES: dict[str, str] = {
    "en": "Smith Johnson Williams Brown Jones Miller Davis Wilson Anderson Taylor Moore Jackson Martin Lee "
    "Thompson White Harris Clark Lewis Robinson Walker Young Allen King Wright Scott Hill Green Adams "
    "Baker Nelson Carter Mitchell Roberts Turner Phillips Campbell Parker Evans Edwards Collins "
    "Stewart Morris Murphy Cook Rogers Reed Bailey Cooper Richardson Cox Howard Ward Hughes Bennett "
    "Foster",
    "de": "Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Schäfer Koch Bauer "
    "Richter Klein Wolf Schröder Neumann Schwarz Zimmermann Braun Krüger Hofmann Hartmann Lange "
    "Werner Krause Lehmann Köhler Maier Huber Gruber Steiner Vogel Keller Günther Frank Berger "
    "Winkler Roth",
    "fr": "Martin Bernard Dubois Thomas Robert Richard Petit Durand Leroy Moreau Simon Laurent Lefebvre "
    "Michel Garcia Bertrand Roux Vincent Fournier Morel Girard André Mercier Dupont Lambert Bonnet "
    "François Legrand Garnier Faure Rousseau Blanc Guérin Boyer",
    "es": "García Fernández González Rodríguez López Martínez Sánchez Pérez Gómez Ruiz Hernández Jiménez "
    "Díaz Moreno Muñoz Álvarez Romero Alonso Gutiérrez Navarro Torres Domínguez Vázquez Ramos Gil "
    "Ramírez Serrano Silva Santos Oliveira Souza Castro",
    "nl": "Jansen Bakker Visser Smit Meijer Mulder Bos Vos Peters Hendriks Dekker Brouwer Andersson "
    "Johansson Karlsson Nilsson Eriksson Lindberg Bergström Hoekstra Postma Kuipers",
    "in": "Sharma Patel Singh Kumar Gupta Reddy Nair Iyer Mehta Joshi Rao Verma Desai Kapoor Menon "
    "Chatterjee",
}

# Coined syllables rather than words: a pair of real words is too often a real company.
COMPANY_HEADS = (
    "Quor Velm Bran Tesk Olv Zand Krell Morv Fenn Jast Lurr Pav Sibb Trond Ulm Wex Yarr Drim Gault "
    "Hesk Ibr Nolt Prax Rund Skov Thal Vont Brusk Chald Elst Fjor Glim Hovv Kest Lomb Mirt Nask Orl "
    "Pirt Quim Arv Bolm Crev Dask Ebb Falk Grol Hib Jorv Kald Lisk Mand Nurr Osk Pell Rask Salv Tarn "
    "Urd Vesk Wold Yelm Zirk Bress Cald Dorn Evr Frisk Gond Harl Irv Juss Kramm Lodd Mosk Norr Plov "
    "Ruck Stell Trev"
)
COMPANY_TAILS = (
    "amero adant elix ovia umar isko enta orin axo ulo adra imbo evar onda ilde usk areth ento igon almi "
    "ubo erik"
)
COMPANY_TRADES: dict[str, str] = {
    "software": "Software Systems Analytics Cloud",
    "professional services": "Consulting Partners Advisory",
    "financial services": "Finance Capital Insurance",
    "manufacturing": "Industries Robotics Textiles Tools",
    "retail": "Retail Foods Home",
    "logistics": "Logistics Freight Mobility",
    "media": "Media Studios Publishing",
    "telecommunications": "Networks Telecom",
    "healthcare": "Health Pharma Care",
    "education": "Learning Academy",
    "public sector": "Authority Agency",
    "nonprofit": "Foundation Relief",
}
COMPANY_REGIONS = ("", " North", " West", " South", " East", " International", " Europe", " Americas")
LEGAL_FORMS: dict[str, tuple[str, ...]] = {
    "en": ("Inc.", "LLC", "Ltd", ""),
    "de": ("GmbH", "AG", "GmbH & Co. KG", ""),
    "fr": ("SAS", "SARL", "SA", ""),
    "es": ("S.L.", "S.A.", "Ltda", ""),
    "nl": ("B.V.", "N.V.", "AB", ""),
    "in": ("Pvt Ltd", "Ltd", "Private Limited", ""),
}


def plain(text: str) -> str:
    """A name as it stands in an e-mail address: lower case, no accents, letters and digits only."""
    decomposed = unicodedata.normalize("NFKD", text.lower().replace("ß", "ss"))
    return "".join(letter for letter in decomposed if letter.isascii() and letter.isalnum())


def company_name(industry: str, number: int) -> str:
    """The name of invented company `number` of an industry; no two have the same name, nor the same slug."""
    heads, tails, trades = COMPANY_HEADS.split(), COMPANY_TAILS.split(), COMPANY_TRADES[industry].split()
    turn, place = divmod(number, len(heads) * len(tails))
    region, shift = divmod(turn, len(trades))
    trade = (place + shift) % len(trades)
    # The stride shares no factor with the number of stems, so none comes twice, and neighbours look unlike;
    # industries start apart, so that a small market does not call everybody the same.
    start = 149 * list(COMPANY_TRADES).index(industry)
    head, tail = divmod((start + place) * 1_087 % (len(heads) * len(tails)), len(tails))
    beyond = region - len(COMPANY_REGIONS)
    suffix = COMPANY_REGIONS[region] if beyond < 0 else f" {beyond + 2}"
    return f"{heads[head]}{tails[tail]} {trades[trade]}{suffix}"
