"""Job titles as people type them, in four languages, with the department and seniority they mean."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

# How often a title of this seniority and department stands in a form: seniority share × department share.
SENIORITY_SHARES = {
    "owner": 0.03,
    "c_level": 0.06,
    "vp": 0.07,
    "director": 0.11,
    "head": 0.09,
    "manager": 0.24,
    "senior": 0.13,
    "staff": 0.17,
    "entry": 0.07,
    "intern": 0.03,
}
DEPARTMENT_SHARES = {
    "executive": 0.09,
    "operations": 0.15,
    "sales": 0.17,
    "marketing": 0.2,
    "customer_success": 0.06,
    "it": 0.08,
    "product": 0.05,
    "design": 0.02,
    "data": 0.03,
    "engineering": 0.06,
    "finance": 0.03,
    "procurement": 0.02,
    "hr": 0.03,
    "legal": 0.01,
    "medical": 0.01,
    "research": 0.01,
    "administration": 0.03,
    "other": 0.03,
    "education": 0.02,
}


@dataclass(frozen=True)
class Title:
    """A job title with what it means; `language` is a code of `countries.LANGUAGES`."""

    text: str
    department: str
    seniority: str
    language: str


# Lines: department, seniority, language: titles.
_LINES = """
executive owner en: Founder & CEO; Co-Founder; Owner; Freelancer; Self-employed
executive owner de: Inhaber; Gründer; Freiberuflerin
executive owner fr: Fondatrice; Indépendant
executive owner es: Fundador; Socia fundadora; Autónomo
executive c_level en: CEO; Chief Executive Officer; Managing Director; President
executive c_level de: Geschäftsführer; Geschäftsführerin; Vorstand
executive c_level fr: PDG; Directeur Général; Président
executive c_level es: Director General; Consejero Delegado
operations c_level en: COO; Chief Operating Officer; Chief Revenue Officer
operations vp en: VP Operations; VP Revenue Operations; Vice President, Business Operations
operations director en: Director of Revenue Operations; Director RevOps; Operations Director
operations director fr: Directeur des Opérations; Directrice des opérations
operations director es: Director de Operaciones
operations head en: Head of RevOps; Head of Operations; Head of Business Operations
operations head de: Leiter Vertriebsprozesse; Leiterin Operations; Bereichsleiter Betrieb
operations manager en: Revenue Operations Manager; Sales Operations Manager; RevOps Manager
operations manager en: Marketing Ops Manager; Store Manager; Warehouse Manager; Restaurant Manager
operations manager en: Project Manager
operations manager fr: Cheffe de projet
operations manager es: Responsable de Operaciones
operations senior en: Senior Sales Operations Analyst; Senior RevOps Analyst
operations staff en: Sales Ops Analyst; CRM Specialist; Operations Specialist; Business Analyst
operations staff de: Sachbearbeiter Vertriebsinnendienst; CRM-Referentin
operations entry en: Junior Operations Analyst; Operations Assistant
sales c_level en: CSO; Chief Sales Officer
sales vp en: VP Sales; VP of Sales, EMEA; Vice President Sales; SVP Global Sales
sales director en: Sales Director; Director of Sales; Regional Sales Director
sales director en: Director, Business Development
sales director de: Vertriebsdirektor; Vertriebsdirektorin
sales director fr: Directeur Commercial; Directrice des ventes
sales director es: Director Comercial; Directora de Ventas
sales head en: Head of Sales; Head of Business Development; Head of Inside Sales
sales head de: Vertriebsleiter; Leiterin Vertrieb; Leitung Vertrieb
sales head fr: Responsable des ventes
sales manager en: Sales Manager; Account Manager; Key Account Manager; Business Development Manager
sales manager en: SDR Manager
sales manager de: Gebietsverkaufsleiter; Key-Account-Managerin
sales manager es: Jefe de Ventas; Gerente Comercial
sales senior en: Senior Account Executive; Sr. Account Executive; Enterprise Account Executive
sales staff en: Account Executive; Sales Representative; Inside Sales Rep
sales staff de: Außendienstmitarbeiter; Vertriebsmitarbeiterin
sales staff fr: Commercial; Ingénieur commercial
sales staff es: Comercial; Ejecutiva de cuentas
sales entry en: SDR; BDR; Sales Development Representative; Junior Sales Executive
sales intern de: Praktikant Vertrieb
marketing c_level en: CMO; Chief Marketing Officer; Chief Growth Officer
marketing vp en: VP Marketing; VP Demand Generation; Vice President of Marketing; VP Growth
marketing director en: Marketing Director; Director of Demand Generation; Director of Growth Marketing
marketing director fr: Directrice Marketing; Directeur marketing et communication
marketing director es: Directora de Marketing
marketing head en: Head of Marketing; Head of Demand Gen; Head of Growth; Head of Digital
marketing head de: Marketingleiter; Leiterin Marketing; Leitung Online-Marketing
marketing manager en: Marketing Manager; Demand Generation Manager; Growth Manager
marketing manager en: Product Marketing Manager
marketing manager fr: Responsable marketing; Chef de produit marketing; Responsable acquisition
marketing manager es: Responsable de Marketing
marketing senior en: Senior Marketing Specialist; Senior Content Strategist; Sr Digital Marketer
marketing staff en: Marketing Specialist; Content Writer; SEO Specialist; Marketing Automation Specialist
marketing staff de: Marketing-Referent; Online-Marketing-Spezialistin
marketing staff fr: Chargée de marketing; Rédacteur web
marketing entry en: Marketing Assistant; Junior Marketing Executive; Social Media Assistant
marketing entry en: Marketing Coordinator
marketing intern en: Marketing Intern; Growth Intern
marketing intern de: Werkstudentin Marketing; Praktikantin Marketing
marketing intern fr: Stagiaire marketing; Alternante communication
marketing intern es: Becaria de marketing
customer_success c_level en: Chief Customer Officer
customer_success vp en: VP Customer Success; VP Customer Experience
customer_success director en: Director of Customer Success; Director, Client Services
customer_success head en: Head of Customer Success; Head of Support
customer_success head de: Leiter Kundenservice; Leiterin Customer Success
customer_success manager en: Customer Success Manager; Support Manager; Client Services Manager
customer_success manager en: Senior Customer Success Manager
customer_success staff en: Customer Support Specialist; Customer Service Representative
customer_success entry en: Support Agent
it c_level en: CIO; Chief Information Officer; CISO
it c_level fr: DSI; Directeur des systèmes d'information
it vp en: VP Information Technology; VP IT
it director en: IT Director; Director of Information Systems
it head en: Head of IT; Head of Information Security
it head de: IT-Leiter; Leiter IT; Leiterin Informationstechnik
it manager en: IT Manager; Systems Manager; IT Project Manager
it manager es: Responsable de Sistemas
it senior en: Senior Systems Administrator; Senior IT Consultant
it staff en: Salesforce Administrator; Systems Administrator; IT Support Specialist
it staff en: Business Systems Analyst
it staff de: Systemadministrator; Fachinformatiker
it entry en: Junior Sysadmin; IT Helpdesk
product c_level en: CPO; Chief Product Officer
product vp en: VP Product; Vice President of Product Management
product director en: Director of Product; Product Director
product head en: Head of Product
product manager en: Product Manager; Technical Product Manager; Product Owner; Senior Product Manager
product manager fr: Chef de produit
product staff en: Product Analyst
product entry en: Associate Product Manager
design director en: Creative Director
design head en: Head of Design
design senior en: Senior Product Designer; Lead UX Researcher
design staff en: UX Designer
design entry en: Junior Designer
data director en: Director, Data Engineering
data head en: Head of Data
data manager en: Data Science Manager
data senior en: Senior Data Scientist
data staff en: Data Analyst; Data Engineer
engineering c_level en: CTO; Chief Technology Officer
engineering vp en: VP Engineering; Vice President, Software Engineering
engineering director en: Director of Engineering
engineering head en: Head of Engineering
engineering head de: Entwicklungsleiter; Leiter Softwareentwicklung
engineering manager en: Engineering Manager
engineering senior en: Senior Software Engineer; Staff Engineer; Principal Engineer
engineering staff en: Software Engineer; Developer; DevOps Engineer
engineering staff de: Softwareentwickler; Entwicklungsingenieurin
engineering staff fr: Développeur; Ingénieure logiciel
engineering staff es: Desarrollador; Ingeniera de software
engineering entry en: Junior Developer; Graduate Software Engineer
engineering intern en: Software Engineering Intern
finance c_level en: CFO; Chief Financial Officer
finance c_level fr: Directeur administratif et financier; DAF
finance vp en: VP Finance
finance director en: Finance Director
finance head en: Head of Finance
finance head de: Leiterin Controlling; Kaufmännischer Leiter
finance manager en: Finance Manager; Controller
finance senior en: Senior Accountant
finance staff en: Accountant; Financial Analyst
finance staff de: Buchhalterin
finance entry en: Accounts Assistant
procurement director en: Director of Procurement
procurement head en: Head of Purchasing
procurement head de: Leiter Einkauf
procurement manager en: Procurement Manager
procurement senior en: Senior Buyer
procurement staff en: Buyer
procurement staff de: Einkäufer
hr c_level en: Chief People Officer; CHRO
hr vp en: VP People
hr director en: HR Director; Director of Talent Acquisition
hr director es: Directora de Recursos Humanos
hr head en: Head of People; Head of HR
hr head de: Personalleiter; Leiterin Personal
hr manager en: HR Manager; Talent Acquisition Manager
hr manager fr: Responsable RH
hr senior en: Senior Recruiter
hr staff en: Recruiter; HR Business Partner
hr entry en: HR Assistant
legal c_level en: General Counsel
legal head en: Head of Legal
legal staff en: Lawyer
legal staff es: Abogada
medical director en: Medical Director
medical staff en: Nurse
research senior en: Senior Researcher
administration manager en: Office Manager
administration entry en: Administrative Assistant; Receptionist; Executive Assistant to the CEO
administration entry en: PA to Managing Director
administration entry de: Assistentin der Geschäftsführung; Assistenz
other senior en: Senior Consultant
other staff en: Consultant; Journalist; Architect; Analyst
other staff de: Berater; Sachbearbeiter
other staff fr: Consultante
other staff es: Consultor
other intern en: Intern; Trainee
education director en: Dean of Business School
education head en: Head of Department, School of Management
education staff en: Teacher; Professor of Marketing; Lecturer; PhD Researcher
education staff de: Wissenschaftlicher Mitarbeiter; Lehrerin
education staff es: Profesora
education intern en: Student; MBA Student; student; Master's student; Undergraduate
education intern de: Student BWL; Studentin
education intern fr: Étudiant; Étudiante en master
education intern es: Estudiante
"""


@lru_cache(maxsize=1)
def titles() -> tuple[Title, ...]:
    """Every title of the market, in a fixed order."""
    found = []
    for line in _LINES.strip().splitlines():
        head, _, written = line.partition(": ")
        department, seniority, language = head.split()
        found += [Title(text.strip(), department, seniority, language) for text in written.split(";")]
    return tuple(found)


def title_weights(language: str, *, student: bool) -> list[float]:
    """How often each title stands in the forms of people who speak `language`.

    English titles are common everywhere; students, and only they, have a student's title.
    """
    crowd: dict[tuple[str, str], int] = {}
    for title in titles():
        crowd[title.department, title.seniority] = crowd.get((title.department, title.seniority), 0) + 1
    return [_weight(title, crowd[title.department, title.seniority], language, student) for title in titles()]


def _weight(title: Title, siblings: int, language: str, student: bool) -> float:
    studies = title.department == "education" and title.seniority == "intern"
    if studies != student:
        return 0.0
    spoken = {language: 3.0, "en": 1.0}.get(title.language, 0.0)
    return spoken * SENIORITY_SHARES[title.seniority] * DEPARTMENT_SHARES[title.department] / siblings
