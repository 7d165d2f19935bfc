"""Which picture is drawn by which function."""

from collections.abc import Callable

from PIL import Image

from . import scenes_coast as coast
from . import scenes_council as council
from . import scenes_football as football
from . import scenes_green as green
from . import scenes_harbour as harbour
from . import scenes_inside as inside
from . import scenes_streets as streets
from . import scenes_table as table
from . import scenes_town as town

SCENES: dict[str, Callable[[], Image.Image]] = {
    "ferry-dawn": harbour.ferry_dawn,
    "harbour-cranes": harbour.harbour_cranes,
    "fishing-boats": harbour.fishing_boats,
    "lighthouse": coast.lighthouse,
    "oyster-beds": coast.oyster_beds,
    "storm-sea": coast.storm_sea,
    "market-square": town.market_square,
    "town-hall": town.town_hall,
    "flooded-street": town.flooded_street,
    "bakery-window": town.bakery_window,
    "theatre-interior": inside.theatre_interior,
    "library-reading-room": inside.library_reading_room,
    "council-chamber": council.council_chamber,
    "railway-station": streets.railway_station,
    "bicycle-lane": streets.bicycle_lane,
    "football-pitch": football.football_pitch,
    "allotments": green.allotments,
    "school-playground": green.school_playground,
    "bridge-plan": table.bridge_plan,
    "brass-band": table.brass_band,
}
