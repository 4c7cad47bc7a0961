from django.contrib.admin import AdminSite


class StaffSite(AdminSite):
    enable_nav_sidebar = False
